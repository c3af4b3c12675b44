import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPosts } from '../../../src/data';
import { DataError, OptionError } from '../../../src/errors';
import { makeJpeg } from '../mvsa/mini-mvsa';
import { writePosts } from './write-posts';

const open = async (content: string, options = {}) =>
  openPosts(await writePosts('posts.csv', content), options);

describe('openPosts', () => {
  it('gives posts, classes, what is left out and why, and a summary', async () => {
    const rows = [
      'a http://x,1.jpg,joy',
      'b c d,,anger',
      ',1.jpg,joy',
      'e,2.jpg,joy',
      'f,none.jpg,joy',
      'g,,',
      'h',
    ];
    const file = await writePosts('posts.csv', `text,image,label\n${rows.join('\n')}\n`);
    const directory = dirname(file);
    await writeFile(join(directory, '1.jpg'), await makeJpeg(9, 6));
    await writeFile(join(directory, '2.jpg'), '<!DOCTYPE html><html>');
    const done: number[] = [];
    const opened = await openPosts(file, {
      maxSkippedShare: 1,
      onProgress: (state) => done.push(state.done),
    });
    expect(opened).toMatchObject({
      file,
      directory,
      classNames: ['anger', 'joy'],
      columns: ['text', 'image', 'label'],
    });
    expect(opened.posts).toEqual([
      { id: '1', text: 'a http://x', imagePath: join(directory, '1.jpg'), label: 'joy' },
      { id: '2', text: 'b c d', label: 'anger' },
      { id: '3', imagePath: join(directory, '1.jpg'), label: 'joy' },
    ]);
    expect(opened.skipped).toEqual([
      { id: '4', row: 4, reason: 'not an image (html)' },
      { id: '5', row: 5, reason: 'no image file' },
      { id: '6', row: 6, reason: 'no label' },
      { id: '7', row: 7, reason: 'expected 3 columns, received 1' },
    ]);
    expect([...opened.images.keys()]).toEqual(['1', '3']);
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const summary = opened.summary({ split: { train: opened.posts.slice(0, 1) } });
    expect(summary).toMatchObject({
      total: 7,
      kept: 3,
      classes: { anger: 1, joy: 2 },
      skipped: 4,
      textLength: { binWidth: 2, counts: [0, 2] },
      textFeatures: { url: 1, empty: 0 },
      imageSizes: [
        { width: 9, height: 6, label: 'joy' },
        { width: 9, height: 6, label: 'joy' },
      ],
      imageFormats: { jpeg: 2 },
      splits: { train: { anger: 0, joy: 1 } },
    });
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });

  it('orders the classes of sentiment as everywhere, and others by code unit', async () => {
    const classes = async (...labels: string[]) => {
      const rows = labels.map((label, index) => `${index},${label}`);
      return (await open(`text,label\n${rows.join('\n')}\n`)).classNames;
    };
    expect(await classes('negative', 'neutral', 'positive')).toEqual(['positive', 'neutral', 'negative']);
    expect(await classes('negative', 'positive')).toEqual(['positive', 'negative']);
    expect(await classes('negative', 'positive', 'mixed')).toEqual(['mixed', 'negative', 'positive']);
    expect(await classes('b', 'ä', 'a', '10', '9', 'Z', '__proto__')).toEqual([
      '10',
      '9',
      'Z',
      '__proto__',
      'a',
      'b',
      'ä',
    ]);
  });

  it('refuses a column that holds no classes', async () => {
    const rows = Array.from({ length: 1001 }, (_, row) => `text,${row}.5`);
    await expect(open(`text,label\n${rows.join('\n')}\n`)).rejects.toThrow(
      /at most 1000 classes, received 1001 labels for 1001 posts, such as "0\.5"/,
    );
  });

  it('counts a class by any name', async () => {
    const { summary } = await open('text,label\na,__proto__\nb,constructor\nc,__proto__\n');
    expect(Object.entries(summary().classes)).toEqual([
      ['__proto__', 2],
      ['constructor', 1],
    ]);
  });

  it('refuses a label in two spellings, with counts', async () => {
    await expect(open('text,label\na,Positive\nb,positive\nc, positive \n')).rejects.toThrow(
      /expected one spelling of each label, received "Positive" \(1 x\) and "positive" \(2 x\)/,
    );
    await expect(open('text,label\na,very sad\nb,very  sad\n')).rejects.toThrow(DataError);
    await expect(open('text,label,textLabel\na,joy,Joy\n')).rejects.toThrow(
      /"joy" \(1 x\) and "Joy" \(1 x\)/,
    );
    await expect(open('text,label,textLabel\na,joy,fear\n')).rejects.toThrow(
      /textLabel and imageLabel among the labels of the posts \(joy\), received "fear"/,
    );
  });

  it('refuses an id that stands twice and names both rows, or keeps the first', async () => {
    const content = 'text,label,id\na,x,1\nb,y,2\nc,y,1\n';
    await expect(open(content)).rejects.toThrow(/row 3: id "1" stands in row 1 already/);
    const { posts } = await open(content, { duplicateIds: 'keep-first' });
    expect(posts.map(({ text }) => text)).toEqual(['a', 'b']);
    // A row that cannot be read has no id that could stand twice.
    const unread = 'text,label,id\na,x,2\nb\nc,y,3\n';
    expect((await open(unread, { maxSkippedShare: 1 })).posts).toHaveLength(2);
  });

  it('refuses a file without labels, unless they are optional', async () => {
    await expect(open('text,lable\na,x\n')).rejects.toThrow(
      /expected a column "label", received the columns "text", "lable"\. Did you mean "lable"\? .* option label/,
    );
    const without = await open('text\na\nb\n', { labels: 'optional' });
    expect(without).toMatchObject({
      posts: [
        { id: '1', text: 'a' },
        { id: '2', text: 'b' },
      ],
      classNames: [],
    });
    expect(without.summary()).toMatchObject({ kept: 2, classes: {} });
  });

  it('refuses more unusable rows than it is told to take, with the reasons', async () => {
    await expect(open('text,image,label\na,no.jpg,x\nb,,\nc,,y\n')).rejects.toThrow(
      /at most 1\.0% of the 3 rows to be unusable, received 2 \(66\.7%\): 1 x no image file \(1\); 1 x no label \(2\)\. Mend the rows/,
    );
    await expect(open('text,label\n')).rejects.toThrow(/expected rows of posts, received none/);
    await expect(open('text,label\na,x\n', { maxSkippedShare: 2 })).rejects.toThrow(OptionError);
  });

  it('reads JSON lines alike', async () => {
    const lines = ['{"text":"a","feeling":2,"id":"p"}', '{"text":"b","feeling":10,"id":"q"}'];
    const file = await writePosts('posts.ndjson', lines.join('\n'));
    const { posts, classNames } = await openPosts(file, { label: 'feeling' });
    expect(posts).toEqual([
      { id: 'p', text: 'a', label: '2' },
      { id: 'q', text: 'b', label: '10' },
    ]);
    expect(classNames).toEqual(['10', '2']);
    await expect(openPosts(file)).rejects.toThrow(/expected a column "label"/);
  });
});
