"""Cuts the fonts in src/Dashboard/wwwroot/fonts down to what the pages use: weights 400 to 600 of Inter, 400 of Geist Mono, and the features that the style sheets ask for.

Sources: the npm packages @fontsource-variable/inter and @fontsource-variable/geist-mono, their files/*.woff2 in one folder. Needs fonttools with brotli.

    python3 tools/fonts.py FOLDER_WITH_SOURCES src/Dashboard/wwwroot/fonts
"""
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

FEATURES = ["kern", "ccmp", "locl", "tnum", "cv05", "ss03"]
FONTS = {
    "inter-latin-wght-normal.woff2": (400, 400, 600),
    "inter-latin-ext-wght-normal.woff2": (400, 400, 600),
    "geist-mono-latin-wght-normal.woff2": 400,
}


def cut(source, target, weights):
    font = TTFont(source)
    options = subset.Options(layout_features=FEATURES, hinting=False, notdef_outline=True, name_IDs=["*"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(font.getBestCmap()))
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2"
    font.save(target)
    print(f"{os.path.getsize(source):>7} -> {os.path.getsize(target):>7}  {os.path.basename(target)}")


for name, weights in FONTS.items():
    cut(os.path.join(sys.argv[1], name), os.path.join(sys.argv[2], name), weights)
