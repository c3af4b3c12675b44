import { expect, test } from 'vitest';
import { encodeLabels } from '../../../src/data/batches/examples';
import { OptionError } from '../../../src/errors';

const good = { label: 'negative', textLabel: 'neutral', imageLabel: 'positive' } as const;

test('gives the indices of all three labels', () => {
  expect(encodeLabels([good, { ...good, label: 'neutral' }])).toEqual({
    label: Int32Array.of(2, 1),
    textLabel: Int32Array.of(1, 1),
    imageLabel: Int32Array.of(0, 0),
  });
});

test('refuses a name that is none, by the id or the place of its post', () => {
  const encode = (wrong: object) => () => encodeLabels([good, { ...good, ...wrong }]);
  expect(encode({ label: 'pos' })).toThrow(OptionError);
  expect(encode({ label: 'pos' })).toThrow(
    'post 1: expected label among positive, neutral, negative, received "pos".',
  );
  expect(encode({ id: '77', label: undefined })).toThrow(/^post 77: expected label .* undefined/);
});

test('takes any class names; labels of one half count where every post has them', () => {
  expect(encodeLabels([{ label: 'joy' }, { label: 'anger' }], ['anger', 'fear', 'joy'])).toEqual({
    label: Int32Array.of(2, 0),
  });
  const { textLabel, imageLabel } = encodeLabels([good, { ...good, imageLabel: undefined }]);
  expect([textLabel, imageLabel]).toEqual([Int32Array.of(1, 1), undefined]);
});
