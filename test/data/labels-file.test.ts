import { describe, expect, it } from 'vitest';
import { parseLabelsFile } from '../../src/data/labels-file';
import { DataError } from '../../src/errors';

const parse = (...lines: string[]) => parseLabelsFile(lines.join('\n'), 'labels.txt');

describe('parseLabelsFile', () => {
  it('reads rows in order and passes over blank lines', () => {
    expect(parse('ID\ttext,image', '7\tpositive,neutral', '', 'a_b-1\tnegative,negative ', '')).toEqual([
      { id: '7', textLabel: 'positive', imageLabel: 'neutral' },
      { id: 'a_b-1', textLabel: 'negative', imageLabel: 'negative' },
    ]);
  });

  for (const [name, lines, message] of [
    ['no header', ['1\tneutral,positive'], /^labels\.txt:1: expected the header/],
    [
      'the header of MVSA-Multiple',
      ['ID\ttext,image\ttext,image\ttext,image'],
      /^labels\.txt:1: .*MVSA-Single/,
    ],
    ['nothing at all', [''], /^labels\.txt:1: /],
    [
      'one label',
      ['ID\ttext,image', '1\tneutral'],
      /^labels\.txt:2: expected ID<TAB>.* received "1\\tneutral"/,
    ],
    ['a space for the tab', ['ID\ttext,image', '', '1 neutral,neutral'], /^labels\.txt:3: /],
    ['more columns', ['ID\ttext,image', '1\tneutral,neutral\tneutral,neutral'], /^labels\.txt:2: /],
    ['a path for an id', ['ID\ttext,image', '../../etc\tneutral,neutral'], /^labels\.txt:2: /],
    [
      'an unknown label',
      ['ID\ttext,image', '1\tneutral,happy'],
      /^labels\.txt:2: unknown label "happy"; expected one of positive, neutral, negative/,
    ],
    [
      'a repeated id',
      ['ID\ttext,image', '1\tneutral,neutral', '2\tneutral,neutral', '1\tpositive,neutral'],
      /^labels\.txt:4: id "1" stands on line 2 already/,
    ],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(() => parse(...lines)).toThrow(DataError);
      expect(() => parse(...lines)).toThrow(message);
    });
  }
});
