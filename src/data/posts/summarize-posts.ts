import { checkOptionNames } from '../../options/check-option-names';
import type { InspectedImage } from '../images/image-header';
import { HASHTAG_PATTERN, MENTION_PATTERN, URL_PATTERN } from '../text/text-options';
import type { Post } from './post';
import type { ClassCounts, Histogram, PostsSummary, SummaryOptions, TextCounts } from './posts-summary';
import type { SkippedPost } from './skipped-post';

/** Words in one bar of the text length histogram. */
const WORDS_PER_BIN = 2;

/** What a summary counts. */
interface SummarizedPosts {
  readonly posts: readonly (Post & { readonly id: string })[];
  readonly skipped: readonly SkippedPost[];
  readonly images: ReadonlyMap<string, InspectedImage>;
  readonly classNames: readonly string[];
  /** Rows of the file. */
  readonly total: number;
}

/** Counts posts and computes the data of their charts. */
export function summarizePosts(
  { posts, skipped, images, classNames, total }: SummarizedPosts,
  options: SummaryOptions = {},
): PostsSummary {
  checkOptionNames('summary', options, { split: true, duplicates: true });
  const { split, duplicates } = options;
  const texts = posts.flatMap(({ text }) => text ?? []);
  const words = texts.map((text) => text.split(/\s+/).filter(Boolean).length);
  const found = posts.flatMap(({ id, label = '' }) => {
    const image = images.get(id);
    return image === undefined ? [] : { ...image, label };
  });
  return {
    total,
    kept: posts.length,
    classes: countClasses(posts, classNames),
    skipped: skipped.length,
    skippedByReason: countBy(skipped.map(({ reason }) => reason)),
    textLength: histogram(words, WORDS_PER_BIN),
    textFeatures: countFeatures(texts),
    imageSizes: found.map(({ width, height, label }) => ({ width, height, label })),
    imageFormats: countBy(found.map(({ format }) => format)),
    ...(split && {
      splits: Object.fromEntries(
        Object.entries(split).map(([name, part]) => [name, countClasses(part, classNames)]),
      ),
    }),
    ...(duplicates && {
      duplicates: {
        sameText: duplicates.sameText,
        sameImage: duplicates.sameImage,
        nearImage: duplicates.nearImage,
      },
    }),
  };
}

/** Posts of each class: all classes in their order, with 0 for those that are absent; posts without a label are not counted. */
export function countClasses(
  posts: readonly { readonly label?: string }[],
  classNames: readonly string[],
): ClassCounts {
  const counts = new Map(classNames.map((name) => [name, 0]));
  for (const { label } of posts) if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function countFeatures(texts: readonly string[]): TextCounts {
  // `search` starts anew each time; `test` of a global pattern would go on where it stopped.
  const holding = (pattern: RegExp) => texts.filter((text) => text.search(pattern) >= 0).length;
  return {
    url: holding(URL_PATTERN),
    hashtag: holding(HASHTAG_PATTERN),
    mention: holding(MENTION_PATTERN),
    retweet: holding(/^\s*RT\b/),
    empty: holding(/^\s*$/),
    emptyWithoutUrls: texts.filter((text) => text.replace(URL_PATTERN, '').trim() === '').length,
  };
}

function histogram(values: readonly number[], binWidth: number): Histogram {
  const bins = values.map((value) => Math.floor(value / binWidth));
  const counts: number[] = Array.from(
    { length: bins.reduce((most, bin) => Math.max(most, bin + 1), 0) },
    () => 0,
  );
  for (const bin of bins) (counts[bin] as number)++;
  return { binWidth, counts };
}

/** How often each name stands. */
export function countBy<Name extends string>(names: readonly Name[]): Record<Name, number> {
  const counts = new Map<Name, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts) as Record<Name, number>;
}
