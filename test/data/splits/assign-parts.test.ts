import { expect, it } from 'vitest';
import { checkSplitClasses } from '../../../src/data/splits/assign-parts';
import { OptionError } from '../../../src/errors';
import { SENTIMENT_LABELS } from '../../../src/types';

const posts = (...labels: ('positive' | 'neutral' | 'negative')[]) => labels.map((label) => ({ label }));
const whole = posts('positive', 'neutral', 'negative');

it('names the class, the part and a way out that there is', () => {
  const check = (split: Parameters<typeof checkSplitClasses>[0]) => () =>
    checkSplitClasses(split, { classNames: SENTIMENT_LABELS });
  const two = posts('positive', 'negative');
  expect(check({ train: whole, validation: whole, test: [] })).not.toThrow();
  expect(check({ train: two })).toThrow(OptionError);
  expect(check({ train: two })).toThrow(
    'train: expected posts of every class, received 2 posts, none of them neutral. Add posts of that class, or choose another split or label rule.',
  );
  expect(check({ train: two, test: two })).toThrow(/none of them neutral, as in the other parts\. Add/);
  expect(check({ train: whole, test: two })).toThrow(
    /^test: .*none of them neutral \(1 elsewhere\)\. Stratify/,
  );
  for (const split of [{ train: two }, { train: whole, test: two }]) {
    expect(check(split)).not.toThrow(/allowMissingClasses/);
  }
});
