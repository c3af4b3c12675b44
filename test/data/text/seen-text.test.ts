import { expect, test } from 'vitest';
import { seenText } from '../../../src/data/text/seen-text';

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
