internal import Crypto
internal import Foundation

/// How the page looks where styles are allowed. Without them it is complete, and plainer.
enum PageStyle {
    static let css = """
        :root{color-scheme:light dark;--line:#8886;--good:#00734f;--bad:#b3261e;--doubt:#8a5a00}
        @media(prefers-color-scheme:dark){:root{--good:#3fc79a;--bad:#ff8a80;--doubt:#f0b429}}
        body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
        h1,h2,h3{line-height:1.2}
        h2{border-top:1px solid var(--line);padding-top:1rem;margin-top:2rem}
        .verdict{font-size:1.3rem;border-left:.5rem solid;padding:.5rem 1rem}
        .good{color:var(--good)}.bad{color:var(--bad)}.doubt{color:var(--doubt)}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}
        th,td{text-align:left;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}
        td.sentence{white-space:normal;min-width:18rem}
        .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,22rem),1fr));gap:1rem}
        figure{margin:0}
        figcaption{font-weight:bold}
        svg{max-width:100%;height:auto}
        .legend{list-style:none;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:0 1rem;font-size:.85rem}
        output{display:block;font-size:.85rem;min-height:1.3em}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
        th[aria-sort=ascending] button::after{content:" \\2191"}
        th[aria-sort=descending] button::after{content:" \\2193"}
        pre{overflow-x:auto;white-space:pre-wrap}
        details .wide{max-height:20rem;overflow:auto}
        @media screen and (max-width:34rem){
        .stacks thead{position:absolute;left:-99rem}
        .stacks table,.stacks tbody{display:block}
        .stacks tr{display:block;border-bottom:1px solid var(--line);padding:.5rem 0}
        .stacks td,.stacks td.sentence{display:flex;gap:1rem;justify-content:space-between;border:0;padding:0;white-space:normal;min-width:0;text-align:right}
        .stacks td::before{content:attr(data-title);font-weight:bold;text-align:left;overflow-wrap:normal;flex:none;max-width:50%}
        .stacks td:empty{display:none}
        }
        @media print{
        output{display:none}th button::after{content:none!important}
        body{max-width:none;padding:0;font-size:11px}h1{font-size:1.6em}
        .wide,details .wide{overflow:visible;max-height:none}
        th,td{white-space:normal;overflow-wrap:normal;padding:.15rem .4rem .15rem 0}td.sentence{min-width:10rem}
        figure{break-inside:avoid}.charts{grid-template-columns:1fr 1fr}
        }

        """

    /// What the page may load: nothing but this style and the script, which are known by their hashes.
    static let policy = "default-src 'none'; style-src '\(hash(css))'; script-src '\(hash(PageScript.text))'"

    private static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
