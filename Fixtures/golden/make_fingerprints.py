#!/usr/bin/env python3
"""Writes fingerprints.json: requests and the fingerprints they must have.

It is a second implementation of the canonical form, from its description in `Fingerprinter` and not from its code, so
that the tests compare two programs. Run it in this folder: python3 make_fingerprints.py
"""

import hashlib
import hmac
import json
import struct

# In small letters, without hyphens and underscores.
DEFAULT_SECRETS = set("""
    password newpassword oldpassword currentpassword userpassword passwd pwd passphrase secret
    clientsecret appsecret apisecret consumersecret sharedsecret webhooksecret secretkey
    secretaccesskey awssecretaccesskey token accesstoken refreshtoken idtoken authtoken oauthtoken
    bearertoken apitoken sessiontoken securitytoken privatetoken resettoken csrftoken xsrftoken jwt
    xauthtoken xaccesstoken xcsrftoken xxsrftoken xamzsecuritytoken authorization proxyauthorization
    credential credentials apikey xapikey accesskey authkey privatekey sshkey signingkey encryptionkey
    sessionkey cookie cookies setcookie sessioncookie
""".split())
KEY = bytes(range(32))


def number(value):
    """A double as ECMAScript prints it, from the digits of Python's repr."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    point = len(whole) - leading + int(exponent or 0)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return sign + digits[:point] + "." + digits[point:]
    if -6 < point <= 0:
        return sign + "0." + "0" * -point + digits
    tail = ("." + digits[1:]) if count > 1 else ""
    return sign + digits[0] + tail + "e" + ("+" if point > 0 else "-") + str(abs(point - 1))


def string(text):
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    out = ""
    for character in text:
        code = ord(character)
        out += short.get(code) or ("\\u%04x" % code if code < 32 else character)
    return ('"' + out + '"').encode()


def canonical(value, rules, path, inherited, digesting):
    """The bytes of what takes part of a value, or None when nothing does."""
    if isinstance(value, dict):
        parts = []
        for name in sorted(value, key=lambda name: name.encode("utf-16-be")):
            rule = rules["paths"].get(path + "." + name) or named(name, rules["names"]) or inherited
            part = field(value[name], rule, rules, path + "." + name, name, digesting)
            if part is not None:
                parts.append(string(name) + b":" + part)
        return None if inherited == "ignore" and not parts else b"{" + b",".join(parts) + b"}"
    if isinstance(value, list):
        parts = []
        places_count = False
        for index, element in enumerate(value):
            place = path + "[%d]" % index
            rule = rules["paths"].get(place) or rules["paths"].get(path + "[*]") or inherited
            part = field(element, rule, rules, place, "", digesting)
            if part is not None:
                if rule == "ignore":
                    part = b"\x02%d" % index + part
                    places_count = True
                parts.append(part)
        end = b"\x02%d" % len(value) if places_count else b""
        return None if inherited == "ignore" and not parts else b"[" + b",".join(parts) + end + b"]"
    if inherited == "ignore":
        return None
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, int):
        return str(value).encode()
    if isinstance(value, float):
        return number(value).encode()
    return string(value)


def named(name, rules):
    """The rule for a name: the one that is stated, or secret if the name is a default one in any spelling."""
    if name.lower() in rules:
        return rules[name.lower()]
    return "secret" if name.lower().replace("-", "").replace("_", "") in DEFAULT_SECRETS else None


def field(value, rule, rules, path, name, digesting):
    if rule != "secret":
        return canonical(value, rules, path, rule, digesting)
    plain = canonical(value, rules, path, "include", True)
    if digesting:
        return plain
    message = b"dedup secret\x01" + sized(name.encode()) + sized(plain)
    return b"\x01" + hmac.new(KEY, message, hashlib.sha256).digest()


def sized(data):
    return struct.pack(">I", len(data)) + data


def fingerprint(case):
    names = {name.lower(): rule for name, rule in case["names"].items()}
    rules = {"names": names, "paths": case["paths"]}
    scope = b"O" if case["scope"] is None else b"P" + sized(case["scope"].encode())
    context = field(json.loads(case["context"]), "include", rules, "$", "", False)
    return hashlib.sha256(
        b"dedup\x01"
        + b"N" + sized(case["namespace"].encode())
        + b"S" + sized(case["step"].encode())
        + b"V" + sized(case["version"].encode())
        + scope
        + b"J" + sized(context)
    ).hexdigest()


def case(name, context, step="step", version="1", namespace="", scope=None, names=None, paths=None):
    made = dict(
        name=name, namespace=namespace, step=step, version=version, scope=scope, names=names or {}, paths=paths or {},
        context=context)
    made["fingerprint"] = fingerprint(made)
    return made


CASES = [
    case("null", "null"),
    case("empty object", "{}"),
    case("empty array", "[]"),
    case("empty string", '""'),
    case("one", "1"),
    case("one as a string", '"1"'),
    case("true", "true"),
    case("nothing named", '{"a":null}'),
    case("order of members", '{"b":1,"a":2,"\\u20ac":3,"\\ud83d\\ude00":4,"\\ufb33":5,"":6}'),
    case("escapes", '{"text":"\\u0000\\b\\t\\n\\f\\r\\u001f\\"\\\\/\\u007f\\u0080\\u2028\\ud83d\\ude00"}'),
    case("composed", '{"name":"caf\\u00e9"}'),
    case("decomposed", '{"name":"cafe\\u0301"}'),
    case("wide integers", "[9223372036854775807,-9223372036854775808,18446744073709551615,9007199254740993]"),
    case("doubles", "[0.1,-0.0,1e21,1e20,123456789.5,1e-6,1e-7,5e-324,1.7976931348623157e308,4.35,333333333.33333329]"),
    case("step", "{}", step="git.status"),
    case("parts do not run together", "{}", step="ab", version="c"),
    case("parts do not run together, shifted", "{}", step="a", version="bc"),
    case("namespace", "{}", namespace="billing"),
    case("scope", "{}", scope="tenant-1"),
    case("empty scope", "{}", scope=""),
    case("long scope", "{}", scope="s" * 2000),
    case("default secrets", '{"user":"ada","Password":"p","nested":[{"apiKey":{"id":1,"key":"k"}}],"TOKEN":null}'),
    case("a secret by name", '{"pin":1234,"other":1234}', names={"PIN": "secret"}),
    case("a secret by path", '{"a":{"pin":"1234"},"b":{"pin":"1234"}}', paths={"$.a.pin": "secret"}),
    case("a lifted default", '{"page":{"token":"t"},"token":"t"}', paths={"$.page.token": "include"}),
    case("ignored", '{"id":1,"trace":{"at":12}}', names={"trace": "ignore"}),
    case("ignored around a secret", '{"headers":{"accept":"*/*","authorization":"x"}}', paths={"$.headers": "ignore"}),
    case("ignored in a secret", '{"cookie":{"id":"c","seen":5}}', paths={"$.cookie.seen": "ignore"}),
    case("elements", '{"list":[1,2,3],"other":[{"at":1},{"at":2}]}',
         paths={"$.list[1]": "ignore", "$.other[*]": "secret"}),
    case("two hundred bytes",
         '{"repository":"/srv/apps/checkout","branch":"main","depth":25,"all":true,"since":null,"ratio":0.75,'
         '"user":{"id":184467440,"name":"Ada Lovelace","team":"core"},"tags":["fast","cached","v2"],"limit":500}',
         step="git.status", version="3", namespace="ci", scope="tenant-42"),
    case("longer than the stack", json.dumps({"text": "0123456789" * 5000, "list": list(range(3000))})),
    case("spellings of secrets", '{"X-Api-Key":"k","access_token":"t","_csrf":1,"token_count":3,"Set-Cookie":["a","b"]}'),
    case("a rule for one spelling", '{"api_key":1,"apiKey":1}', names={"API_KEY": "ignore"}),
    case("places of ignored elements", '{"items":[{"x":1},{"keep":2},[3],{"keep":4,"x":5}]}',
         paths={"$.items[*]": "ignore", "$.items[1].keep": "include", "$.items[3].keep": "include"}),
    case("a secret in an ignored element", '[[{"token":"t"},1],[1]]', paths={"$[*]": "ignore"}),
    case("an ignored element between others", '[{"token":"t"},2,{"x":3},4]', paths={"$[0]": "ignore", "$[2]": "ignore"}),
]

if __name__ == "__main__":
    with open("fingerprints.json", "w", encoding="utf-8") as output:
        json.dump({"secret_key_hex": KEY.hex(), "cases": CASES}, output, indent=1, ensure_ascii=True)
        output.write("\n")
