import { mapConcurrently } from '../../concurrency';
import { fileSource } from '../../data/posts/file-source';
import type { LabelledPost } from '../../data/posts/post';
import { checkPost, imageOf, type PostSource } from '../../data/posts/post-source';
import { assignParts } from '../../data/splits/assign-parts';
import { findSameImages, findSameTexts } from '../../data/splits/duplicates/same-posts';
import { groupBy } from '../../data/splits/grouping';
import { sha256 } from '../../files/digests';

/** Of the posts, where no validation posts are given. */
const HELD_OUT_SHARE = 0.15;
const READ_AT_ONCE = 16;

/**
 * Holds out validation posts: stratified, by seed, and copies of a post on one side.
 *
 * Copies have the same text, the same image file byte for byte, or the same image in memory. Images of a source that is not the file
 * system are told by their names, since reading them all may be dear.
 *
 * @returns the posts to learn from, and those held out
 */
export async function holdOut(
  posts: readonly LabelledPost[],
  {
    seed,
    source = fileSource,
    signal,
  }: { seed: number; source?: PostSource | undefined; signal?: AbortSignal | undefined },
): Promise<readonly [readonly LabelledPost[], readonly LabelledPost[]]> {
  // What is no post is told of later, with its reason; here it has neither text nor image. Ids need not be given, nor differ.
  const seen = posts.map((post) => (isPost(post) ? post : ({} as LabelledPost)));
  const sets = [...findSameTexts(seen), ...(await sameImages(seen, source, signal))];
  const named = posts.map((post, place) => ({ label: String(Object(post).label), id: String(place) }));
  const parts = assignParts(named as never[], [1 - HELD_OUT_SHARE, HELD_OUT_SHARE], {
    seed,
    groupDuplicates: { groups: sets.map((places) => ({ ids: places.map(String), relations: [] })) },
  });
  const part = (wanted: number) => posts.filter((_, index) => parts[index] === wanted);
  return [part(0), part(1)];
}

function isPost(post: unknown): post is LabelledPost {
  try {
    checkPost(post);
    return true;
  } catch {
    return false;
  }
}

async function sameImages(
  posts: readonly LabelledPost[],
  source: PostSource,
  signal?: AbortSignal,
): Promise<number[][]> {
  const places = [...posts.keys()];
  const digests = await mapConcurrently(posts, READ_AT_ONCE, async (post) =>
    post.image ? sha256((await imageOf(post, source)?.bytes()) as Uint8Array) : undefined,
  );
  const inMemory = [...groupBy(places, (place) => digests[place]).values()];
  const byName = [...groupBy(places, (place) => posts[place]?.imagePath || undefined).values()];
  if (source !== fileSource) return [...inMemory, ...byName];
  const inFiles = places.filter((place) => posts[place]?.imagePath);
  const { sets } = await findSameImages(
    inFiles.map((place) => ({ imagePath: posts[place]?.imagePath as string })),
    signal,
  );
  return [...inMemory, ...byName, ...sets.map((set) => set.map((at) => inFiles[at] as number))];
}
