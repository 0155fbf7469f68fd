#!/usr/bin/env python3
"""Draws a command's coloured output as an SVG of a terminal: terminal.py TITLE OUT.svg < ANSI text."""
import html
import re
import sys

COLOURS = {30: "#3b4252", 31: "#e06c75", 32: "#98c379", 33: "#e5c07b", 34: "#61afef", 35: "#c678dd", 36: "#56b6c2",
           37: "#dcdfe4", 90: "#7f848e", 91: "#e06c75", 92: "#98c379", 93: "#e5c07b", 94: "#61afef", 95: "#c678dd",
           96: "#56b6c2", 97: "#ffffff"}
WIDTH, LINE, LEFT, TOP = 8.4, 19, 18, 52


def spans(line):
    """(style, text) of a line with ANSI escapes."""
    style, out = {}, []
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b["):
            if part:
                out.append((dict(style), part))
            continue
        for code in [int(c or 0) for c in part[2:-1].split(";")]:
            if code == 0:
                style = {}
            elif code == 1:
                style["font-weight"] = "bold"
            elif code == 2:
                style["opacity"] = "0.6"
            elif code == 4:
                style["text-decoration"] = "underline"
            elif code == 39:
                style.pop("fill", None)
            elif code in COLOURS:
                style["fill"] = COLOURS[code]
    return out


def main():
    title, target = sys.argv[1:3]
    lines = sys.stdin.read().rstrip("\n").split("\n")
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]
    width = max([len(line) for line in plain] + [len(title) + 12]) * WIDTH + 2 * LEFT
    height = TOP + len(lines) * LINE + 8
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" role="img" aria-label="{html.escape(title)}">',
           f'<rect width="100%" height="100%" rx="8" fill="#282c34"/>',
           '<circle cx="18" cy="18" r="6" fill="#e06c75"/><circle cx="38" cy="18" r="6" fill="#e5c07b"/><circle cx="58" cy="18" r="6" fill="#98c379"/>',
           f'<text x="84" y="23" fill="#7f848e" font-family="monospace" font-size="13">{html.escape(title)}</text>',
           '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" font-size="14" fill="#dcdfe4" xml:space="preserve">']
    for i, line in enumerate(lines):
        column, y = 0, TOP + i * LINE
        for style, text in spans(line):
            attributes = "".join(f' {k}="{v}"' for k, v in style.items())
            x, length = LEFT + column * WIDTH, len(text) * WIDTH
            if text.strip():
                out.append(f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{attributes}>{html.escape(text)}</text>')
            column += len(text)
    out.append("</g></svg>")
    open(target, "w").write("\n".join(out) + "\n")


main()
