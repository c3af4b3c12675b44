import { execFile, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { makeJpeg, writeMvsa } from '../data/mvsa/mini-mvsa';
import { writePosts } from '../data/posts/write-posts';

const ROOT = resolve(import.meta.dirname, '../..');
// `npm test` has built it just before.
const PROGRAM = join(ROOT, 'dist/cli/index.js');

interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

async function audit(...parameters: string[]): Promise<Run> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [PROGRAM, ...parameters])), code: 0 };
  } catch (error) {
    return error as Run;
  }
}

async function makeDataset(): Promise<string> {
  const labels = ['positive', 'neutral', 'negative'] as const;
  const rows = Array.from({ length: 12 }, (_, id) => `${id}\t${labels[id % 3]},${labels[id % 3]}`);
  const files: [string, string | Uint8Array][] = [];
  for (const [id] of rows.entries()) {
    // 9 and 6 say the same, under different labels than 3 and 0 by look alone.
    files.push([`${id}.txt`, id === 9 ? 'post number 6 http://t.co/x' : `post number ${id}`]);
    files.push([`${id}.jpg`, await makeJpeg(20 + id, 30)]);
  }
  const directory = await writeMvsa(
    ['ID\ttext,image', ...rows, '12\tpositive,negative', '13\tneutral,neutral', ''].join('\n'),
    Object.fromEntries(files),
  );
  await mkdir(join(directory, 'splits'));
  await writeFile(join(directory, 'splits/mine.train.txt'), '0\n1\n2\n3\n4\n5\n6\n7\n8\n');
  await writeFile(join(directory, 'splits/mine.validation.txt'), '9\n10\n11\n13\n');
  return directory;
}

describe('mvsa-fusion audit', () => {
  it('prints a page that a person can read', async () => {
    const { stdout, code } = await audit('audit', await makeDataset(), '--split', 'mine', '--no-near-images');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^MVSA-Single in .*\n {2}12 of 14 posts kept under the rule merged\n {2}texts in utf-8: all/,
    );
    expect(stdout).toMatch(/Posts by label rule, files aside/);
    expect(stdout).toMatch(/\* merged +4 +5 +4 +13 +1 +38\.5%/);
    expect(stdout).toMatch(/1 {2}dropped: text against image\n +1 {2}skipped: no text file \(13\)/);
    expect(stdout).toMatch(
      /openMvsa refuses more than 1% of skipped posts, and here it is 7\.7%: restore the files \(or, in code,/,
    );
    expect(stdout).toMatch(/ 2 {2}posts with the text of another/);
    expect(stdout).toMatch(
      /validation posts with a twin in train: 1 \(33\.3%\): 1 by text \(0 exact\), 0 by image file, - by look/,
    );
    expect(stdout).toMatch(/listed posts that cannot be used: 1 \(13\)/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThan(160);
  });

  it('takes the directory behind --split too, names and files alike', async () => {
    const directory = await makeDataset();
    const file = (part: string) => join(directory, `splits/mine.${part}.txt`);
    const files = [file('train'), file('validation')];
    const rest = ['--json', '--quiet', '--no-near-images'];
    const runs = [
      await audit('audit', directory, '--split', 'mine', ...rest),
      await audit('audit', '--split', 'mine', directory, ...rest),
      await audit('audit', ...rest, '--split', ...files, directory),
      await audit('audit', directory, ...rest, '--split', files[0] as string, '--split', files[1] as string),
    ];
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const [first, ...others] = runs.map(({ stdout }) => JSON.parse(stdout));
    expect(first.split.parts.train.posts).toBe(9);
    for (const other of others) expect(other).toEqual(first);
    // Not compared by look, so unknown: not 0.
    expect([first.duplicates.nearImage, first.summary.duplicates.nearImage]).toEqual([null, null]);
    expect(first.split.leaks[0].nearImage).toBeNull();

    const one = await audit('audit', directory, '--split', files[0] as string);
    expect(one.stderr).toMatch(/the name of a split, or 2 or 3 files/);
    const four = await audit('audit', directory, '--split', ...files, ...files);
    expect([four.code, four.stderr]).toEqual([1, expect.stringMatching(/2 or 3 files .* received 4/)]);
  });

  it('shows the leaks of the split on the page', async () => {
    const directory = await makeDataset();
    const html = join(directory, 'audit.html');
    const { code } = await audit('audit', directory, '--split', 'mine', '--html', html, '--quiet');
    expect(code).toBe(0);
    expect(await readFile(html, 'utf8')).toContain('validation, twins in train');
  });

  it('audits a file of posts of one’s own alike', async () => {
    const rows = Array.from(
      { length: 12 },
      (_, row) => `post number ${row},${row % 2 ? 'joy' : 'fear'},p${row}`,
    );
    rows[9] = 'post number 6 http://t.co/x,joy,p9';
    const file = await writePosts('mine.csv', `tweet,feeling,id\n${rows.join('\n')}\nlost,,p12\nbad\n`);
    await mkdir(join(dirname(file), 'splits'));
    const ids = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, row) => `p${from + row}\n`).join('');
    await writeFile(join(dirname(file), 'splits/mine.train.txt'), ids(0, 9));
    await writeFile(join(dirname(file), 'splits/mine.validation.txt'), ids(9, 13));
    const flags = ['--text-column', 'tweet', '--label-column', 'feeling', '--quiet'];
    const { stdout, stderr, code } = await audit('audit', file, ...flags, '--split', 'mine');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Posts in .*mine\.csv\n {2}12 of 14 rows usable, 12 with a text, 0 with an image\n/,
    );
    expect(stdout).toMatch(/Posts by class\n +6 {2}fear \(50\.0%\)\n +6 {2}joy \(50\.0%\)/);
    expect(stdout).toMatch(
      /1 {2}skipped: no label \(p12\)\n +1 {2}skipped: expected 3 columns, received 1 \(row 14\)/,
    );
    expect(stdout).toMatch(/openPosts refuses more than 1% .* 14\.3%: mend the rows/);
    expect(stdout).toMatch(/Images\n {2}none/);
    expect(stdout).toMatch(/validation posts with a twin in train: 1 \(33\.3%\): 1 by text/);
    expect(stdout).toMatch(/listed posts that cannot be used: 1 \(p12\)/);

    const json = JSON.parse((await audit('audit', file, ...flags, '--json')).stdout);
    expect(json).toMatchObject({
      file,
      classNames: ['fear', 'joy'],
      summary: { kept: 12, classes: { fear: 6 } },
    });
    expect(json.skipped).toHaveLength(2);

    const wrong = await audit('audit', file, '--label-rule', 'text');
    expect([wrong.code, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^Error: --label-rule: expected an MVSA folder/),
    ]);
    const column = await audit('audit', dirname(file), '--text-column', 'tweet');
    expect(column.stderr).toMatch(/^Error: --text-column: expected a CSV file or JSON lines beside it/);
    expect((await audit('audit', file)).stderr).toMatch(/Did you mean "tweet"\?/);
    expect((await audit('audit', '/nowhere.csv')).stderr).toMatch(/expected a file of posts/);
  });

  it('prints JSON and writes the page of charts', async () => {
    const directory = await makeDataset();
    const html = join(directory, 'audit.html');
    const { stdout, stderr, code } = await audit('audit', directory, '--json', '--html', html, '--quiet');
    expect([code, stderr]).toEqual([0, `${html}\n`]);
    const { summary, skipped, duplicates, split } = JSON.parse(stdout);
    expect(summary).toMatchObject({ total: 14, kept: 12, imageFormats: { jpeg: 12 } });
    expect(skipped).toEqual([{ id: '13', reason: 'no text file' }]);
    expect(duplicates.texts).toEqual([['6', '9']]);
    expect(split).toBeNull();
    expect(await readFile(html, 'utf8')).toContain('<svg');
  });

  it.each([
    [['audit', '/nowhere'], /^Error: \/nowhere: expected an MVSA directory/],
    [['audit'], /missing required argument 'dir\|file'/],
    [['audit', '--split', 'mine'], /missing required argument 'dir\|file'/],
    [['audit', '.', '--labelrule', 'text'], /unknown option '--labelrule'\n\(Did you mean --label-rule\?\)/],
    [
      ['audit', '.', '--label-rule', 'best'],
      /Allowed choices are merged, tie-neutral, agreement, text, image/,
    ],
    [['adit', '.'], /unknown command 'adit'\n\(Did you mean audit\?\)/],
  ])('%j is an error in a line or two', async (parameters, message) => {
    const { stderr, code } = await audit(...parameters);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBeLessThan(3);
  });

  it('explains itself', async () => {
    expect((await audit('--help')).stdout).toMatch(/audit \[options\] <dir\|file>/);
    const { stdout } = await audit('audit', '--help');
    expect(stdout).toMatch(/Usage: mvsa-fusion audit \[options\] <dir\|file>/);
    expect(stdout).toMatch(/--split <name\|file\.\.\.>/);
    expect((await audit('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('ends in peace when its reader closes the pipe', async () => {
    const child = spawn('sh', [
      '-c',
      `"${process.execPath}" "${PROGRAM}" audit "$0" --json --quiet | head -c 1`,
      await makeDataset(),
    ]);
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    await new Promise((done) => child.on('close', done));
    expect(stderr).toBe('');
  });
});
