import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPosts } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { itemsOf, readAll, wordsOf, writePosts } from './write-posts';

describe('readPosts on CSV', () => {
  it('reads a byte order mark, CRLF, quotes, line ends in quotes, empty lines and a last line without an end', async () => {
    const text = '\uFEFFtext,label\r\n"hé ""llo"",\r\nx",positive\r\n\r\nplain,negative\r\n 😀 ,neutral';
    const items = await itemsOf('posts.csv', text);
    expect(items).toEqual([
      { row: 1, end: 43, post: { id: '1', text: 'hé "llo",\r\nx', label: 'positive' } },
      { row: 2, end: 61, post: { id: '2', text: 'plain', label: 'negative' } },
      { row: 3, end: Buffer.byteLength(text), post: { id: '3', text: ' 😀 ', label: 'neutral' } },
    ]);
  });

  it('takes line ends of every kind in one file', async () => {
    expect(wordsOf(await itemsOf('posts.csv', 'text\na\r\nb\rc\n\n\nd\n\n'))).toEqual(['a', 'b', 'c', 'd']);
  });

  it('takes tabs in a .tsv file, and the format of an option', async () => {
    const content = 'text\timage\tlabel\na, b\tc.jpg\tjoy\n';
    const file = await writePosts('posts.tsv', content);
    expect(await readAll(file)).toEqual([
      {
        row: 1,
        end: content.length,
        post: { id: '1', text: 'a, b', imagePath: join(dirname(file), 'c.jpg'), label: 'joy' },
      },
    ]);
    expect(wordsOf(await itemsOf('posts.txt', content, { format: 'tsv' }))).toEqual(['a, b']);
  });

  it('takes columns by name, finds images by their usual names, and trims ids and labels, not texts', async () => {
    const content = 'tweet,feeling,image_path,key,textLabel,imageLabel\n hi , joy ,/a/b.jpg, k1 ,joy,fear\n';
    const [item] = await itemsOf('posts.csv', content, { text: 'tweet', label: 'feeling', id: 'key' });
    expect(item).toMatchObject({
      post: {
        id: 'k1',
        text: ' hi ',
        label: 'joy',
        imagePath: '/a/b.jpg',
        textLabel: 'joy',
        imageLabel: 'fear',
      },
    });
  });

  it('gives a bad row as an item and goes on at the next line', async () => {
    const rows = [
      '5" screen,x',
      'one,two,three',
      'alone',
      '"a" b,c',
      '"open,c',
      '"good",d',
      ' ,e',
      'https://x/y,f',
      'last,g',
    ];
    const items = await itemsOf('posts.csv', `text,label\n${rows.join('\n')}\n`);
    expect(wordsOf(items)).toEqual([
      expect.stringMatching(/^a quote stands within a value/),
      'expected 2 columns, received 3; a value with a comma in it needs quotes',
      'expected 2 columns, received 1',
      expect.stringMatching(/goes on behind its closing quote/),
      // The quote that closes it opens the next row.
      expect.stringMatching(/goes on behind its closing quote/),
      'good',
      expect.stringMatching(/^expected a text or an image .* received neither among "text", "label"$/),
      'https://x/y',
      'last',
    ]);
    expect(items.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives a row that is too long as an item, whatever it holds, and goes on behind its first line', async () => {
    const long = 'a'.repeat(2 ** 21);
    const items = await itemsOf(
      'posts.csv',
      `text,label\n${long},x\nb,y\n"open${'\n'.repeat(3)}${long}",z\nc,y\n`,
    );
    const tooLong = 'the row is longer than 1048576 bytes; is a quote left open?';
    expect(wordsOf(items)).toEqual([tooLong, 'b', tooLong, tooLong, 'c']);
    // Empty lines are no part of a row.
    const apart = `text,label\na,x\n${'\n'.repeat(2 ** 21)}b,y\n`;
    expect(wordsOf(await itemsOf('posts.csv', apart))).toEqual(['a', 'b']);
  });

  it('gives a row that is not UTF-8 as an item', async () => {
    const content = Buffer.concat([
      Buffer.from('text,label\ncaf'),
      Buffer.from([0xe9]),
      Buffer.from(',x\nok,y\n'),
    ]);
    const items = await itemsOf('posts.csv', content);
    expect(wordsOf(items)).toEqual(['the row is not valid UTF-8; save the file as UTF-8', 'ok']);
  });

  it('names a row by its number, apart from the ids of a file that has some', async () => {
    expect(await itemsOf('posts.csv', 'text,id\na,b,c\n')).toMatchObject([{ id: 'row 1' }]);
    expect(await itemsOf('posts.csv', 'text,label\na,b,c\n')).toMatchObject([{ id: '1' }]);
  });

  it('reads a header alone as no rows', async () => {
    expect(await itemsOf('posts.csv', 'text,label')).toEqual([]);
  });
});

describe('readPosts on JSON lines', () => {
  it('reads objects, a byte order mark, empty lines, null and numbers', async () => {
    const lines = [
      '\uFEFF{"text":"a","label":1,"id":7}',
      '',
      '{"text":"ü\\n","label":null,"image":null}\r',
      '{"imagePath":"b.jpg","__proto__":"x"}',
    ];
    const file = await writePosts('posts.jsonl', lines.join('\n'));
    expect((await readAll(file)).map((item) => 'post' in item && item.post)).toEqual([
      { id: '7', text: 'a', label: '1' },
      { id: '2', text: 'ü\n' },
      { id: '3', imagePath: join(dirname(file), 'b.jpg') },
    ]);
  });

  it('gives a bad line as an item and goes on', async () => {
    const long = `{"text":"${'a'.repeat(2 ** 21)}"}`;
    const lines = [
      'nope',
      '[1]',
      '{"text":3}',
      '{"text":"a","id":12345678901234567890}',
      '{"text":"a","id":{}}',
      '{"text":"a","label":1.5}',
      '{"image":"https://x/y.jpg"}',
      '{}',
      long,
      '{"text":"good"}',
    ];
    expect(wordsOf(await itemsOf('posts.jsonl', lines.join('\n')))).toEqual([
      expect.stringMatching(/^the line is no JSON object: /),
      'the line is JSON, and no object in braces: [1]',
      'expected the text to be a string, received 3',
      expect.stringMatching(/more digits than JSON keeps; write it as a string/),
      expect.stringMatching(/^expected the id to be a string or a whole number, received \{\}/),
      expect.stringMatching(/^expected label to be a string or a whole number, received 1\.5/),
      expect.stringMatching(/^expected the image to be the path of a file, received "https:/),
      expect.stringMatching(/^expected a text or an image/),
      'the line is longer than 1048576 bytes',
      'good',
    ]);
  });

  it('refuses at its end a file in which no line has a property that was asked for', async () => {
    const lines = '{"tweet":"a","image":"b.jpg"}\n';
    await expect(itemsOf('posts.jsonl', lines, { text: 'twet' })).rejects.toThrow(
      /expected a column "twet", received the columns "tweet", "image"\. Did you mean "tweet"\?/,
    );
  });
});

describe('readPosts', () => {
  it.each([
    ['an empty file', 'a.csv', '', /received an empty file/],
    ['white space', 'a.csv', '\n\n', /received a file of white space/],
    [
      'semicolons',
      'a.csv',
      'text;label\na;b\n',
      /received semicolons \(";"\) in the header\. Save it with commas/,
    ],
    ['tabs', 'a.csv', 'text\tlabel\na\tb\n', /received tabs .* format to 'tsv'/],
    [
      'UTF-16',
      'a.csv',
      Buffer.from('\uFEFFtext\na\n', 'utf16le'),
      /received text in UTF-16\. Save it as UTF-8/,
    ],
    ['UTF-16 without a mark', 'a.csv', Buffer.from('text\na\n', 'utf16le'), /received text in UTF-16/],
    ['Excel', 'a.csv', 'PK\x03\x04....', /received an archive or Excel file/],
    ['old Excel', 'a.csv', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /received an Excel file/],
    ['a page', 'a.csv', '<!DOCTYPE html><html>', /a file of another kind \(html\)/],
    ['another name', 'a.dat', 'text\na\n', /a name that ends in "\.dat"\. Set the option format/],
    ['a JSON list', 'a.jsonl', ' [{"text":"a"}]', /received one JSON list/],
    [
      'many columns that are none of a post',
      'a.csv',
      `${Array.from({ length: 9e4 }, (_, index) => `c${index}`)}\n`,
      /"c19" and 89980 more\./,
    ],
    ['a column twice', 'a.csv', 'text,label,text\na,b,c\n', /each column once, received "text" twice/],
    ['no column of posts', 'a.csv', 'tweet,label\na,b\n', /"tweet", "label"\. Did you mean "tweet"\?/],
    ['a header that is not UTF-8', 'a.csv', Buffer.from('t\xe9xt\na\n', 'latin1'), /not valid UTF-8/],
    [
      'an open quote',
      'a.csv',
      'text,label\na,b\n"c\nd",e\nf,"g\nh,i\n',
      /a\.csv:5: expected the quote that opens/,
    ],
  ])('refuses %s', async (_what, name, content, message) => {
    const error = await itemsOf(name, content).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect((error as Error).message).toMatch(message);
  });

  it('refuses a path where nothing is, a folder, no path, and columns that are not there', async () => {
    await expect(readAll('/nowhere/posts.csv')).rejects.toThrow(/received a path where nothing is/);
    await expect(readAll(import.meta.dirname)).rejects.toThrow(/received a folder/);
    const pipe = join(dirname(await writePosts('a.csv', '')), 'pipe.csv');
    execFileSync('mkfifo', [pipe]);
    await expect(readAll(pipe)).rejects.toThrow(/received a pipe or device/);
    await expect(readAll(undefined as never)).rejects.toThrow(OptionError);
    const file = await writePosts('posts.csv', 'text,label\na,b\n');
    await expect(readAll(file, { id: 'lable' })).rejects.toThrow(
      /expected a column "lable".* Did you mean "label"/,
    );
    await expect(readAll(file, { format: 'xml' as never })).rejects.toThrow(/'csv', 'tsv' or 'jsonl'/);
  });

  it('goes on where it is told, with the number of the row, and refuses what is no end of a row', async () => {
    const file = await writePosts('posts.csv', 'text,label\na,x\nb,y\nc,z\n');
    const [first, ...rest] = await readAll(file);
    expect(await readAll(file, { start: first?.end as number, row: 2 })).toEqual(rest);
    expect(await readAll(file, { start: 23 })).toEqual([]);
    for (const start of [1, 12, 24, 1000]) {
      await expect(readAll(file, { start })).rejects.toThrow(/expected start to be the end of a row/);
    }
  });

  it('stops when told to', async () => {
    const file = await writePosts('posts.csv', 'text\na\nb\n');
    const stopped = new AbortController();
    const rows = readPosts(file, { signal: stopped.signal });
    expect((await rows.next()).value).toMatchObject({ row: 1 });
    stopped.abort(new Error('enough'));
    await expect(rows.next()).rejects.toThrow('enough');
  });
});
