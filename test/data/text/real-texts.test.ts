import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { normalizeText } from '../../../src/data/text/normalize-text';
import { TEXT_PRESETS, type TextOptions, type TextPreset } from '../../../src/data/text/text-options';

const { MVSA_DIR } = process.env;

describe.skipIf(MVSA_DIR === undefined)('the texts of MVSA-Single', () => {
  const data = join(MVSA_DIR ?? '', 'data');
  const decoder = new TextDecoder('gb18030');
  const read = () =>
    readdirSync(data)
      .filter((file) => file.endsWith('.txt'))
      .map((file) => decoder.decode(readFileSync(join(data, file))));

  test('hold URLs, mentions, hashtags and RT in the known shares', () => {
    const texts = read();
    const share = (options: TextOptions) =>
      texts.filter((text) => normalizeText(text, options) !== text).length / texts.length;
    // Of all 4,869: 28%, 54%, 51% and 40%.
    expect(share({ urls: 'remove' })).toBeCloseTo(0.28, 1);
    expect(share({ mentions: 'remove' })).toBeCloseTo(0.54, 1);
    expect(share({ hashtags: 'strip' })).toBeCloseTo(0.5, 1);
    expect(share({ retweets: 'remove' })).toBeCloseTo(0.4, 1);
    const empty = texts.filter((text) => normalizeText(text, { urls: 'remove' }).trim() === '').length;
    // Of all 4,869: 45, or 0.92%.
    expect(empty / texts.length).toBeGreaterThan(0.008);
    expect(empty / texts.length).toBeLessThan(0.0105);
  });

  test.each(Object.keys(TEXT_PRESETS) as TextPreset[])('change once under %s', (preset) => {
    const changed = read()
      .map((text) => normalizeText(text, preset))
      .filter((text) => normalizeText(text, preset) !== text);
    expect(changed).toEqual([]);
  });
});
