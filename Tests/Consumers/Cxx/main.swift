import Caching

// A target that talks to C++ reads the headers of the library as C++.
let cache = try Cache<Int, String>(CacheConfiguration(capacity: .entries(10)))
cache.insert("value", for: 1, timeToLive: .forever)
print(cache.value(for: 1)?.value ?? "no value")
