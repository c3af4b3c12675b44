import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readAll, writePosts } from './write-posts';

const TEXT = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom('"', ',', '\n', '\r', '\r\n', ' ', 'é', '😀', '\uFEFF'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((text) => text.trim() !== '' && !/\p{Cs}/u.test(text));
const LABEL = fc.constantFrom('joy', 'very sad', '0', '__proto__');
const ROW = fc.record({ text: TEXT, label: LABEL });

/** A value in quotes, or as it is where it needs none and a coin says so. */
const quoted = (value: string, isBare: boolean) =>
  isBare && !/[",\r\n]/.test(value) ? value : `"${value.replaceAll('"', '""')}"`;

const CSV = fc
  .record({
    rows: fc.array(ROW, { minLength: 1, maxLength: 8 }),
    bare: fc.boolean(),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r', '\n\n'),
    mark: fc.constantFrom('', '\uFEFF'),
    last: fc.boolean(),
  })
  .map(({ rows, bare, lineEnd, mark, last }) => {
    const lines = rows.map(({ text, label }) => `${quoted(text, bare)},${quoted(label, bare)}`);
    return { rows, content: `${mark}text,label${lineEnd}${lines.join(lineEnd)}${last ? lineEnd : ''}` };
  });
const JSONL = fc
  .record({
    rows: fc.array(ROW, { minLength: 1, maxLength: 8 }),
    lineEnd: fc.constantFrom('\n', '\r\n', '\n\n'),
    mark: fc.constantFrom('', '\uFEFF'),
  })
  .map(({ rows, lineEnd, mark }) => ({
    rows,
    content: mark + rows.map((row) => JSON.stringify(row)).join(lineEnd),
  }));

it.each([
  ['posts.csv', CSV],
  ['posts.jsonl', JSONL],
])('%s gives the rows that were written, and the rest of them from every end', async (name, files) => {
  await fc.assert(
    fc.asyncProperty(files, async ({ rows, content }) => {
      const file = await writePosts(name, content);
      const items = await readAll(file);
      expect(items.map((item) => 'post' in item && item.post)).toEqual(
        rows.map((row, index) => ({ id: String(index + 1), ...row })),
      );
      for (const [index, { row, end }] of items.entries()) {
        expect(await readAll(file, { start: end, row: row + 1 })).toEqual(items.slice(index + 1));
      }
    }),
    { numRuns: 60 },
  );
});

it('gives items for any bytes below a header, in the order of the file, and the same from every end', async () => {
  const bytes = fc
    .uint8Array({ maxLength: 120 })
    .map((array) => array.map((byte) => (byte < 60 ? ',"\n\ra'.charCodeAt(byte % 5) : byte)));
  await fc.assert(
    fc.asyncProperty(bytes, async (below) => {
      const content = Buffer.concat([Buffer.from('text,label\n'), below]);
      const file = await writePosts('posts.csv', content);
      const items = await readAll(file).catch((error: Error) => error);
      if (items instanceof Error) {
        expect(items.message).toMatch(/expected the quote that opens in this line to be closed/);
        return;
      }
      const ends = items.map(({ end }) => end);
      expect(ends).toEqual([...new Set(ends)].sort((a, b) => a - b));
      for (const [index, { row, end }] of items.entries()) {
        expect(await readAll(file, { start: end, row: row + 1 })).toEqual(items.slice(index + 1));
      }
    }),
    { numRuns: 150 },
  );
});

it('reads rows across the ends of blocks', async () => {
  const rows = Array.from({ length: 9000 }, (_, index) => ({
    text: `${'é"\r\n,'.repeat(index % 23)}${index}`,
    label: 'joy',
  }));
  const lines = rows.map(({ text, label }) => `${quoted(text, true)},${label}`);
  const content = `text,label\r\n${lines.join('\r\n')}\r\n`;
  expect(content.length).toBeGreaterThan(2 ** 19);
  const file = await writePosts('posts.csv', content);
  const items = await readAll(file);
  expect(items.map((item) => 'post' in item && item.post.text)).toEqual(rows.map(({ text }) => text));
  let end = 'text,label\r\n'.length;
  for (const [index, item] of items.entries()) {
    end += Buffer.byteLength(lines[index] as string) + 2;
    if (item.end !== end) expect(item).toMatchObject({ end });
  }
});
