import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { findDuplicates } from '../../../../src/data/splits/duplicates/find-duplicates';
import { DataError, DependencyError, OptionError } from '../../../../src/errors';
import { makePair, temporaryFolder } from '../../mvsa/mini-mvsa';

/** Posts whose image files hold the given contents; `undefined` for no file. */
async function makePosts(posts: Record<string, [text: string, image: string | undefined]>) {
  const folder = await temporaryFolder();
  return Promise.all(
    Object.entries(posts).map(async ([id, [text, image]]) => {
      const imagePath = join(folder, `${id}.jpg`);
      if (image !== undefined) await writeFile(imagePath, image);
      return { ...makePair(id, 'positive', text), imagePath };
    }),
  );
}

/** Hashes a file by its content: 16 hexadecimal digits, or an undecodable image. */
const hashImage = async (path: string) => {
  const content = await readFile(path, 'utf8');
  if (!/^[\da-f]{16}$/.test(content)) throw new DataError(`${path}: cannot be decoded.`);
  return content;
};

describe('findDuplicates', () => {
  it('finds texts, files and near images, and joins them over links', async () => {
    const pairs = await makePosts({
      a: ['Hello http://t.co/1', '00000000ffff0000'],
      b: ['something', '00000000ffff0000'],
      c: ['hello', '123456789abcdef0'],
      d: ['https://t.co/2', 'aaaaaaaa00000000'],
      e: ['', 'aaaaaaaa0000000f'],
      f: ['http://t.co/3', 'aaaaaaaa000000ff'],
      g: ['alone', '5555555555555555'],
    });
    const calls: (number | null)[][] = [];
    const found = await findDuplicates(pairs, {
      hashImage,
      maxHashDistance: 4,
      onProgress: ({ done, total }) => calls.push([done, total]),
    });
    expect(found).toEqual({
      groups: [
        { ids: ['a', 'b', 'c'], relations: ['text', 'image', 'near-image'] },
        { ids: ['d', 'e', 'f'], relations: ['near-image'] },
      ],
      texts: [['a', 'c']],
      images: [['a', 'b']],
      nearImages: [
        ['a', 'b'],
        ['d', 'e', 'f'],
      ],
      sameText: 2,
      sameImage: 2,
      nearImage: 5,
      uncompared: [],
      maxHashDistance: 4,
    });
    // The copy of a file is not hashed again.
    expect(calls).toEqual([1, 2, 3, 4, 5, 6].map((done) => [done, 6]));
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);

    const strict = await findDuplicates(pairs, { hashImage, maxHashDistance: 3 });
    expect(strict.nearImages).toEqual([['a', 'b']]);
    const bytes = await findDuplicates(pairs, { images: 'bytes' });
    expect(bytes).toMatchObject({
      images: [['a', 'b']],
      nearImages: [],
      nearImage: null,
      maxHashDistance: null,
    });
    const texts = await findDuplicates(pairs, { images: 'none' });
    expect(texts.groups).toEqual([{ ids: ['a', 'c'], relations: ['text'] }]);
  });

  it('lists images that cannot be compared, and takes them for unlike any other', async () => {
    const pairs = await makePosts({
      lost1: ['1', undefined],
      lost2: ['2', undefined],
      empty1: ['3', ''],
      empty2: ['4', ''],
      broken1: ['5', 'no image'],
      broken2: ['6', 'no image'],
      fine: ['7', '00000000ffff0000'],
    });
    const folder = join(pairs[0]?.imagePath as string, '..', 'folder');
    await mkdir(folder);
    pairs.push({ ...makePair('folder', 'positive', '8'), imagePath: folder });
    const { uncompared, groups, images, nearImages } = await findDuplicates(pairs, { hashImage });
    expect(uncompared.map(({ id, reason }) => [id, reason.replace(/^.*: (?=cannot)/, '')])).toEqual([
      ['lost1', 'no image file'],
      ['lost2', 'no image file'],
      ['empty1', 'image file not readable: empty file'],
      ['empty2', 'image file not readable: empty file'],
      ['broken1', 'cannot be decoded.'],
      ['broken2', 'cannot be decoded.'],
      ['folder', 'image file not readable: not a file'],
    ]);
    // Equal bytes are equal, whatever they are.
    expect(images).toEqual([['broken1', 'broken2']]);
    expect(nearImages).toEqual([]);
    expect(groups.map(({ relations }) => relations)).toEqual([['image']]);
  });

  it('does not take images of one flat colour for copies', async () => {
    const pairs = await makePosts({
      grey: ['1', '8000000000000000'],
      black: ['2', '0000000000000000'],
      white: ['3', '8000000000000000 '],
    });
    const trimmed = async (path: string) => (await readFile(path, 'utf8')).trim();
    expect((await findDuplicates(pairs, { hashImage: trimmed })).groups).toEqual([]);
  });

  it('knows a picture that was recompressed and resized', async () => {
    const folder = await temporaryFolder();
    const draw = (shapes: string) =>
      sharp(
        Buffer.from(
          `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><rect width="300" height="200" fill="#cde"/>${shapes}</svg>`,
        ),
      );
    const circle = () =>
      draw(
        '<circle cx="90" cy="120" r="60" fill="#a31"/><rect x="180" y="20" width="70" height="90" fill="#123"/>',
      );
    await circle().jpeg({ quality: 95 }).toFile(join(folder, 'first'));
    await circle().resize(150).jpeg({ quality: 60 }).toFile(join(folder, 'small'));
    await draw('<path d="M0 0 L300 60 L40 200 Z" fill="#071"/><circle cx="250" cy="170" r="25"/>')
      .jpeg()
      .toFile(join(folder, 'other'));
    await copyFile(join(folder, 'other'), join(folder, 'copy'));
    const pairs = ['first', 'other', 'small', 'copy'].map((id) => ({
      ...makePair(id, 'neutral', id),
      imagePath: join(folder, id),
    }));
    const { images, nearImages } = await findDuplicates(pairs);
    expect(images).toEqual([['other', 'copy']]);
    expect(nearImages).toEqual([
      ['first', 'small'],
      ['other', 'copy'],
    ]);
  });

  it('stops when told to, and passes on what is no fault of an image', async () => {
    const pairs = await makePosts({ a: ['1', '0123456789abcdef'], b: ['2', '123456789abcdef0'] });
    await expect(findDuplicates(pairs, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    const several = await makePosts(
      Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [`${index}`, [`${index}`, `image ${index}`]]),
      ),
    );
    const controller = new AbortController();
    let hashed = 0;
    const stopping = findDuplicates(several, {
      hashImage: async () => {
        hashed++;
        controller.abort(new Error('enough'));
        return '0123456789abcdef';
      },
      signal: controller.signal,
    });
    await expect(stopping).rejects.toThrow('enough');
    expect(hashed).toBeLessThan(20);
    const missing = findDuplicates(pairs, {
      hashImage: async () => {
        throw new DependencyError('sharp is missing');
      },
    });
    await expect(missing).rejects.toThrow(DependencyError);
  });

  it('refuses bad options and a repeated id', async () => {
    const [pair] = await makePosts({ a: ['1', 'x'] });
    if (!pair) throw new Error('no pair');
    for (const options of [{ images: 'all' as 'near' }, { maxHashDistance: 17 }, { maxHashDistance: 0.5 }]) {
      await expect(findDuplicates([pair], options)).rejects.toThrow(OptionError);
    }
    await expect(findDuplicates([pair, pair])).rejects.toThrow('received "a" twice');
    await expect(findDuplicates([pair], { hashImage: async () => 'xyz' })).rejects.toThrow(
      'hashImage: expected 16 hexadecimal digits, received "xyz"',
    );
  });
});
