import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { duplicateKey, normalizeText, seenText, tokenizeText } from '../../../src/data/text/normalize-text';
import { TEXT_PRESETS, type TextOptions, type TextPreset } from '../../../src/data/text/text-options';
import { OptionError } from '../../../src/errors';

const PRESETS = Object.keys(TEXT_PRESETS) as TextPreset[];
const EVERY_STEP: TextOptions = {
  entities: 'decode',
  unicode: 'nfkc',
  retweets: 'remove',
  urls: 'remove',
  mentions: 'remove',
  hashtags: 'split',
  emoji: 'remove',
  repeats: 'squeeze',
  case: 'lower',
  punctuation: 'remove',
  whitespace: 'squeeze',
};

describe('presets', () => {
  for (const [raw, tweet, article] of [
    [
      'RT @anna_k: Sooooo happy &amp; proud! #ProfoundLove http://t.co/aB3 \n',
      'RT @user: Sooooo happy & proud! #ProfoundLove http',
      'rt sooooo happy proud profoundlove',
    ],
    [
      '"@mr_park: can\'t wait for 2015!!" same (https://t.co/1) 😀',
      '"@user: can\'t wait for 2015!!" same (http 😀',
      'cant wait for 2015 same 😀',
    ],
    ['mail me@home.org', 'mail me@home.org', 'mail me home org'],
    ['lost ? the ?? end', 'lost ? the ?? end', 'lost the end'],
    ['http://t.co/1 https://t.co/2', 'http http', ''],
    [
      '5 &lt; 7 &#8217; &nbsp;&hearts; AT&T &notanentity;',
      '5 < 7 ’ ♥ AT&T &notanentity;',
      '5 7 ♥ at t notanentity',
    ],
    ['&amp;lt;3 don&amp;#39;t &amp;amp;amp;', "<3 don't &", '3 dont'],
    ['', '', ''],
  ] as const) {
    it(JSON.stringify(raw), () => {
      expect(normalizeText(raw)).toBe(tweet);
      expect(normalizeText(raw, 'tweet')).toBe(tweet);
      expect(normalizeText(raw, 'article')).toBe(article);
      expect(normalizeText(raw, 'none')).toBe(raw);
    });
  }

  test("tweet gives what TweetEval's own function gives where a post has its form", () => {
    const published = (text: string) =>
      text
        .split(' ')
        .map((word) => (word.startsWith('@') && word.length > 1 ? '@user' : word))
        .map((word) => (word.startsWith('http') ? 'http' : word))
        .join(' ');
    const words = fc.constantFrom(
      'Good',
      'day',
      '@anna',
      '#Love',
      'http://t.co/x',
      'https://t.co/y',
      '😀',
      'RT',
      '!!',
    );
    fc.assert(
      fc.property(fc.array(words), (parts) => {
        expect(normalizeText(parts.join(' '))).toBe(published(parts.join(' ')));
      }),
    );
  });
});

describe('steps', () => {
  const cases: readonly (readonly [TextOptions, string, string])[] = [
    [{ entities: 'decode' }, '&amp;amp;lt;3 &quot;hi&quot; &#39; &#x27; &amp', '<3 "hi" \' \' &amp'],
    [{ unicode: 'nfkc' }, 'ﬁne ＡＢ don’t …', "fine AB don't ..."],
    [{ retweets: 'remove', whitespace: 'squeeze' }, ' rt: RT @a: ART of RT', '@a: ART of RT'],
    [{ urls: 'remove', whitespace: 'squeeze' }, 'a http://t.co/1 b https:/... c', 'a b c'],
    [{ urls: 'remove', whitespace: 'squeeze' }, 'cut http…', 'cut'],
    [{ urls: 'remove', whitespace: 'squeeze' }, 'cut https...', 'cut'],
    [{ urls: { token: '<url>' } }, 'see www.example.org/a?b, HTTP://T.CO/1', 'see <url> <url>'],
    [{ urls: { token: '$&' } }, 'a http://t.co/1', 'a $&'],
    [{ urls: 'remove' }, 'http is a protocol, https too', 'http is a protocol, https too'],
    [{ mentions: { token: '<user>' } }, '.@anna_k and @bob: x@y @', '.<user> and <user>: x@y @'],
    [{ mentions: 'remove', whitespace: 'squeeze' }, '日本 ＠anna @B', '日本'],
    [{ hashtags: 'strip' }, '#Love # #1 a#b (#ok) #日本', 'Love # #1 a#b (ok) 日本'],
    [
      { hashtags: 'split' },
      '#ProfoundLove #NBAFinals #so_good #top10 #4ever',
      'Profound Love NBA Finals so good top 10 4 ever',
    ],
    [{ hashtags: 'split' }, '#ÉtéÀParis #love', 'Été À Paris love'],
    [{ hashtags: 'remove', whitespace: 'squeeze' }, 'so #happy now', 'so now'],
    [
      { emoji: 'remove', whitespace: 'squeeze' },
      'a 👍🏽 b ❤️ c 🇪🇸 d 👩‍👩‍👧 e 1️⃣ f 🏴󠁧󠁢󠁥󠁮󠁧󠁿 g 1 #',
      'a b c d e f g 1 #',
    ],
    [{ emoji: (emoji) => (emoji === '😀' ? ':grin:' : ':other:') }, '😀👩‍👩‍👧', ':grin::other:'],
    [{ repeats: 'squeeze' }, 'NOOOoooo wayyy!!!! 1000 ????', 'NOO wayy!! 1000 ??'],
    [{ repeats: 'squeeze' }, '😂😂😂😂', '😂😂'],
    [{ case: 'lower' }, 'LOUD Été', 'loud été'],
    [{ punctuation: 'remove' }, "don't stop-now… #1️⃣ £5", 'dont stop now   1️⃣ £5'],
    [{ whitespace: 'squeeze' }, ' a \n\t b\u00A0\u3000c ', 'a b c'],
    [{}, ' As  posted &amp; ', ' As  posted &amp; '],
  ];
  for (const [options, raw, expected] of cases) {
    it(`${JSON.stringify(options)} of ${JSON.stringify(raw)}`, () => {
      expect(normalizeText(raw, options)).toBe(expected);
    });
  }
});

describe('any string', () => {
  const pieces = fc.constantFrom(
    ...[
      'RT',
      'rt:',
      ' ',
      '@',
      '@a',
      '＠b',
      '#',
      '＃',
      'LoveIt',
      '#aB1',
      'http',
      'https',
      ':',
      '/',
      '..',
      '…',
      'www.',
      '&',
    ],
    ...[
      '&amp;',
      'amp;',
      'lt;',
      '#38;',
      '&commat;',
      '&num;',
      '😀',
      '\u200D',
      '\uFE0F',
      '\u20E3',
      '\uD83D',
      '\uDE00',
      'ｈ',
      'İ',
      'aaa',
    ],
    ...['ﬁ', "'", '’', '_', '!', '$&', '\u0301', '\n', '\0'],
  );
  const strings = fc.oneof(
    fc.array(pieces, { maxLength: 14 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary' }),
    // Every UTF-16 unit, half of a pair included.
    fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  );
  const replacement = fc.constantFrom('keep' as const, 'remove' as const);
  const options: fc.Arbitrary<TextOptions> = fc.record({
    entities: fc.constantFrom('keep', 'decode'),
    unicode: fc.constantFrom('keep', 'nfkc'),
    retweets: replacement,
    urls: fc.oneof(replacement, fc.constantFrom({ token: 'http' }, { token: '<url>' })),
    mentions: fc.oneof(replacement, fc.constantFrom({ token: '@user' }, { token: '<user>' })),
    hashtags: fc.constantFrom('keep', 'strip', 'split', 'remove'),
    emoji: fc.oneof(
      replacement,
      fc.constant(() => ':emoji:'),
    ),
    repeats: fc.constantFrom('keep', 'squeeze'),
    case: fc.constantFrom('keep', 'lower'),
    punctuation: replacement,
    whitespace: fc.constantFrom('keep', 'squeeze'),
  });

  test('throws nothing, and a second time changes nothing', () => {
    fc.assert(
      fc.property(strings, fc.oneof(options, fc.constantFrom(...PRESETS)), (raw, steps) => {
        const once = normalizeText(raw, steps);
        expect(normalizeText(once, steps)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  test('article leaves no capital, mention, URL, punctuation or double space', () => {
    fc.assert(
      fc.property(strings, (raw) => {
        const text = normalizeText(`${raw} http://t.co/${raw} @${raw}`, 'article');
        expect(text).not.toMatch(/[A-Z]|@\w|https?:|[!"%&'()*,./:;?]|\s\s|^\s|\s$/);
      }),
    );
  });
});

describe('time', () => {
  const length = 100_000;
  const fill = (unit: string) => unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const units = [
    'a',
    ' ',
    '@',
    '#',
    '#1',
    '#a',
    '#aB',
    '&',
    '&amp;',
    '&amp',
    'amp;',
    'http',
    'http.',
    'https:/ ',
    'RT ',
    'RT',
    '1',
    '_',
  ];
  const more = [
    '😀',
    '😀\u200D',
    '\u200D',
    '\u0301',
    '#a\u0301',
    "a'",
    '!',
    '@a ',
    '@a RT ',
    '\uD83D',
    '\uDE00',
    'ﷺ',
    '1\uFE0F',
  ];
  it.each([...units, ...more])('grows with the length alone: %j repeated', (unit) => {
    for (const raw of [fill(unit), `&${fill(unit)}`, `#${fill(unit)}`, `RT${fill(unit)}x`]) {
      // Of the processor, not of the clock, which other work on a busy machine lengthens.
      const start = process.cpuUsage();
      normalizeText(raw, EVERY_STEP);
      expect(process.cpuUsage(start).user / 1000).toBeLessThan(4000);
    }
  });
});

describe('refuses', () => {
  const cases: readonly (readonly [string, () => string, RegExp])[] = [
    ['a text that is none', () => normalizeText(undefined as never), /expected a string, received undefined/],
    [
      'an unknown preset',
      () => normalizeText('a', 'tweets' as never),
      /one of tweet, article, none, received "tweets"/,
    ],
    ['a name of Object', () => normalizeText('a', 'toString' as never), /received "toString"/],
    ['no options', () => normalizeText('a', null as never), /a preset's name or an object, received null/],
    [
      'an unknown step',
      () => normalizeText('a', { url: 'remove' } as never),
      /steps among .*, received "url"/,
    ],
    [
      'an unknown word',
      () => normalizeText('a', { case: 'upper' } as never),
      /case: expected one of keep, lower/,
    ],
    [
      'a token that grows',
      () => normalizeText('a', { mentions: { token: '@a:@b' } }),
      /mentions: expected a token/,
    ],
    [
      'a token that is a URL',
      () => normalizeText('a', { urls: { token: 'http://x' } }),
      /urls: expected a token/,
    ],
    ['an empty token', () => normalizeText('a', { urls: { token: '' } }), /received ""/],
    [
      'emoji for emoji',
      () => normalizeText('😀', { emoji: (emoji) => emoji + emoji }),
      /without emoji, received "😀😀"/,
    ],
  ];
  it.each(cases)('%s', (_name, call, message) => {
    expect(call).toThrow(OptionError);
    expect(call).toThrow(message);
  });
});

test('keeps the raw text beside the seen one', () => {
  expect(seenText('Hi  @anna')).toEqual({ raw: 'Hi  @anna', text: 'Hi @user', isEmpty: false });
});

test('keeps and flags an empty result', () => {
  expect(seenText('http://t.co/1 @anna ', 'article')).toEqual({
    raw: 'http://t.co/1 @anna ',
    text: '',
    isEmpty: true,
  });
  expect(seenText(' \n', 'none')).toEqual({ raw: ' \n', text: ' \n', isEmpty: true });
  expect(seenText('http://t.co/1').isEmpty).toBe(false);
});

describe('tokenizeText', () => {
  for (const [text, tokens] of [
    ["don't stop :) #happy", ["don't", 'stop', ':)', '#', 'happy']],
    ['<user>: soo good!! <url>', ['<user>', ':', 'soo', 'good', '!!', '<url>']],
    ['wow😂😂 👍🏽 ❤️ 🇪🇸 👩‍👩‍👧!', ['wow', '😂', '😂', '👍🏽', '❤️', '🇪🇸', '👩‍👩‍👧', '!']],
    ['café 10 rock_n_roll', ['café', '10', 'rock_n_roll']],
    ['<3 <url>', ['<', '3', '<url>']],
    ['', []],
  ] as const) {
    it(JSON.stringify(text), () => expect(tokenizeText(text)).toEqual(tokens));
  }

  it('loses nothing but white space', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(tokenizeText(text).join('')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});

test('copies of one post share a key', () => {
  const key = duplicateKey('Good  Morning http://t.co/1');
  for (const copy of ['good morning\nhttps://t.co/22', 'GOODMORNING http…', 'good morning https...'])
    expect(duplicateKey(copy)).toBe(key);
  expect(duplicateKey('good evening http://t.co/1')).not.toBe(key);
});

test('a post of URLs alone has an empty key', () => {
  expect(duplicateKey('http://t.co/1 https://t.co/2 ')).toBe('');
});
