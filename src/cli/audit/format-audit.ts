import type { DuplicateGroups, Histogram, MvsaSummary, ReadSplit, SkippedPost, SplitAudit } from '../../data';
import { SENTIMENT_LABELS } from '../../types';

/** Everything that an audit found; plain data, printed by `--json`. */
export interface Audit {
  readonly directory: string;
  readonly summary: MvsaSummary;
  readonly skipped: readonly SkippedPost[];
  readonly duplicates: DuplicateGroups;
  readonly split: (SplitAudit & Pick<ReadSplit, 'missing' | 'labelMismatches'>) | null;
}

/** Ids shown of a long list; `--json` has them all. */
const SHOWN = 8;

/** An audit as a page of text. */
export function formatAudit(audit: Audit): string {
  const { summary, split } = audit;
  const sections = [
    head(audit),
    section('Posts by label rule, files aside (* the rule of this audit)', rules(summary)),
    section('Left out', leftOut(audit)),
    section('Texts', texts(summary)),
    section('Images', images(summary)),
    section('Copies among the kept posts', copies(audit.duplicates)),
    ...(split ? [section('Split', splitLines(split))] : []),
  ];
  return `${sections.join('\n\n')}\n`;
}

const section = (title: string, lines: readonly string[]) =>
  `${title}\n${lines.map((line) => `  ${line}`.trimEnd()).join('\n')}`;
const count = (value: number) => value.toLocaleString('en-US');
const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const share = (part: number, whole: number) => (whole === 0 ? '-' : percent(part / whole));
const right = (cells: readonly (string | number)[], width = 10) =>
  cells.map((cell) => (typeof cell === 'number' ? count(cell) : cell).padStart(width)).join('');

function head({ directory, summary }: Audit): string {
  const { variant, kept, total, encoding, encodingEvidence } = summary;
  return [
    `MVSA-${variant === 'single' ? 'Single' : 'Multiple'} in ${directory}`,
    `  ${count(kept)} of ${count(total)} posts kept under the rule ${summary.labelRule}`,
    `  texts in ${encoding}: ${encodingEvidence.reason}`,
  ].join('\n');
}

function rules({ labelRules, labelRule, total }: MvsaSummary): string[] {
  const rows = Object.entries(labelRules).map(([rule, classes]) => {
    const numbers = SENTIMENT_LABELS.map((label) => classes[label]);
    const kept = numbers.reduce((sum, number) => sum + number, 0);
    const name = `${rule === labelRule ? '*' : ' '} ${rule}`;
    return name.padEnd(14) + right([...numbers, kept, total - kept, share(Math.max(...numbers), kept)]);
  });
  return [''.padEnd(14) + right([...SENTIMENT_LABELS, 'kept', 'dropped', 'majority']), ...rows];
}

function leftOut({ summary, skipped }: Audit): string[] {
  const dropped = Object.entries(summary.droppedByReason).map(
    ([reason, posts]) => `${right([posts], 6)}  dropped: ${reason}`,
  );
  const unusable = Object.entries(summary.skippedByReason).map(([reason, posts]) => {
    const ids = skipped.filter((post) => post.reason === reason).map(({ id }) => id);
    return `${right([posts], 6)}  skipped: ${reason} (${shorten(ids)})`;
  });
  const lines = [...dropped, ...unusable];
  if (lines.length === 0) return ['nothing'];
  const labelled = summary.kept + summary.skipped;
  if (summary.skipped > 0.01 * labelled) {
    lines.push(
      `openMvsa refuses more than 1% of skipped posts, and here it is ${share(summary.skipped, labelled)}: restore the files (or, in code, raise its maxSkippedShare).`,
    );
  }
  return lines;
}

function texts({ textLength, textFeatures, kept }: MvsaSummary): string[] {
  const [low, middle, high] = [0.05, 0.5, 0.95].map((part) => quantileOf(textLength, part));
  const { url, hashtag, mention, retweet, empty, emptyWithoutUrls } = textFeatures;
  const shares = Object.entries({
    'a URL': url,
    'a hashtag': hashtag,
    'a mention': mention,
    'RT at the start': retweet,
  });
  return [
    `words: median ${middle}, 90% between ${low} and ${high}; without a word: ${empty}, and ${emptyWithoutUrls} once URLs are removed`,
    `with ${shares.map(([name, posts]) => `${name} ${share(posts, kept)}`).join(', ')}`,
  ];
}

/** The first bin's start at which a share of the values is reached. */
function quantileOf({ binWidth, counts }: Histogram, part: number): number {
  const total = counts.reduce((sum, number) => sum + number, 0);
  let seen = 0;
  const bin = counts.findIndex((number) => {
    seen += number;
    return seen >= part * total;
  });
  return Math.max(bin, 0) * binWidth;
}

function images({ imageFormats, imageSizes }: MvsaSummary): string[] {
  const formats = Object.entries(imageFormats).map(([format, posts]) => `${count(posts)} ${format}`);
  if (imageSizes.length === 0) return ['none'];
  const range = (name: 'width' | 'height') => {
    const sorted = imageSizes.map((size) => size[name]).sort((a, b) => a - b);
    return `${name} ${sorted[0]} to ${sorted.at(-1)}, median ${sorted[sorted.length >> 1]}`;
  };
  return [formats.join(', '), `${range('width')}; ${range('height')} pixels`];
}

function copies({
  sameText,
  sameImage,
  nearImage,
  groups,
  uncompared,
  maxHashDistance,
}: DuplicateGroups): string[] {
  const lines = [
    `${right([sameText], 6)}  posts with the text of another (URLs, white space and case aside)`,
    `${right([sameImage], 6)}  posts with the image file of another`,
    nearImage === null
      ? '     -  images were not compared by look'
      : `${right([nearImage], 6)}  posts whose image looks like another's (hashes within ${maxHashDistance} of 64 bits)`,
    `${right([groups.length], 6)}  groups that a split should keep together`,
  ];
  if (uncompared.length > 0)
    lines.push(`images that could not be compared: ${shorten(uncompared.map(({ id }) => id))}`);
  return lines;
}

function splitLines(split: NonNullable<Audit['split']>): string[] {
  const rows = Object.entries(split.parts).map(([name, { posts, classes }]) => {
    const shares = SENTIMENT_LABELS.map((label) => share(classes[label], posts));
    return name.padEnd(14) + right([...shares, posts]);
  });
  const leaks = split.leaks.map(
    ({ part, twinsIn, any, share: leaking, text, exactText, image, nearImage }) =>
      `${part} posts with a twin in ${twinsIn}: ${any} (${percent(leaking)}): ${text} by text (${exactText} exact), ${image} by image file, ${nearImage ?? '-'} by look`,
  );
  const absent = Object.entries(split.parts).flatMap(([name, { absentClasses }]) =>
    absentClasses.map((label) => `no ${label} post in ${name}`),
  );
  return [
    ''.padEnd(14) + right([...SENTIMENT_LABELS, 'posts']),
    ...rows,
    ...leaks,
    ...absent,
    `sets of twins with different labels: ${split.conflictingTwins.length}`,
    `kept posts in no part: ${count(split.unused)}; listed posts that cannot be used: ${split.missing.length}${split.missing.length > 0 ? ` (${shorten(split.missing)})` : ''}`,
    ...(split.labelMismatches.length > 0
      ? [`labels that differ from the rule's: ${shorten(split.labelMismatches.map(({ id }) => id))}`]
      : []),
  ];
}

function shorten(ids: readonly string[]): string {
  return ids.length > SHOWN ? `${ids.slice(0, SHOWN).join(', ')}, ... ${ids.length} in all` : ids.join(', ');
}
