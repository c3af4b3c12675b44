import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText } from '../../src/data';

describe('cleanText', () => {
  for (const [raw, cleaned] of [
    [
      'RT @anna: Sooooo happy &amp; proud! #PROFOUNDLove http://t.co/x',
      '<user>: soo happy & proud! #profoundlove <url>',
    ],
    ['a &lt;b&gt; &quot;c&quot; &#39;d&#39; &amp;lt;', 'a <b> "c" \'d\' &lt;'],
    ['see www.example.org/a?b and https://t.co/1, ok', 'see <url> and <url> ok'],
    ['cut off http:/…', 'cut off <url>'],
    ['cut off http…', 'cut off <url>'],
    ['mail me@home.org or @you_2', 'mail me@home.org or <user>'],
    ['rt this please', 'this please'],
    ['ART of RT', 'art of rt'],
    ['1000 years!!!!! ????', '1000 years!! ??'],
    ['NOOOoooo wayyy', 'noo wayy'],
    ['ﬁne ＡＢ  \n\t x', 'fine ab x'],
    ['don’t', "don't"],
    ['😂😂😂😂 👍🏽 ❤️', '😂😂 👍🏽 ❤️'],
    ['', ''],
  ] as const) {
    it(JSON.stringify(raw), () => expect(cleanText(raw)).toBe(cleaned));
  }

  it('leaves no URL, capital letter or double space, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        const cleaned = cleanText(`${raw} http://t.co/${raw}`);
        expect(cleaned).not.toContain('http:');
        expect(cleaned).not.toMatch(/[A-Z]|\s\s|^\s|\s$/);
      }),
    );
  });
});
