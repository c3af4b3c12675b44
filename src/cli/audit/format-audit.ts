import type {
  DuplicateGroups,
  Histogram,
  MvsaSummary,
  PostsSummary,
  ReadSplit,
  SkippedPost,
  SplitAudit,
} from '../../data';
import { SENTIMENT_LABELS } from '../../types';

/** Everything that an audit found; plain data, printed by `--json`. */
export type Audit = AuditFindings &
  (
    | { readonly directory: string; readonly summary: MvsaSummary }
    | { readonly file: string; readonly summary: PostsSummary }
  );

/** What is found in MVSA and in posts of one's own alike. */
interface AuditFindings {
  readonly classNames: readonly string[];
  readonly skipped: readonly SkippedPost[];
  readonly duplicates: DuplicateGroups;
  readonly split: (SplitAudit & Pick<ReadSplit, 'missing' | 'labelMismatches'>) | null;
}

/** Ids shown of a long list; `--json` has them all. */
const SHOWN = 8;
/** Reasons and classes shown of many. */
const LISTED = 20;

/** An audit as a page of text. */
export function formatAudit(audit: Audit): string {
  const { summary, split } = audit;
  const sections = [
    head(audit),
    'directory' in audit
      ? section('Posts by label rule, files aside (* the rule of this audit)', rules(audit.summary))
      : section('Posts by class', classes(audit)),
    section('Left out', leftOut(audit)),
    section('Texts', texts(summary)),
    section('Images', images(summary)),
    section('Copies among the kept posts', copies(audit.duplicates)),
    ...(split ? [section('Split', splitLines(split, audit.classNames))] : []),
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

function head(audit: Audit): string {
  if ('file' in audit) {
    const { kept, total, textLength, imageSizes } = audit.summary;
    const texts = textLength.counts.reduce((sum, posts) => sum + posts, 0);
    return [
      `Posts in ${audit.file}`,
      `  ${count(kept)} of ${count(total)} rows usable, ${count(texts)} with a text, ${count(imageSizes.length)} with an image`,
    ].join('\n');
  }
  const { directory, summary } = audit;
  const { variant, kept, total, encoding, encodingEvidence } = summary;
  return [
    `MVSA-${variant === 'single' ? 'Single' : 'Multiple'} in ${directory}`,
    `  ${count(kept)} of ${count(total)} posts kept under the rule ${summary.labelRule}`,
    `  texts in ${encoding}: ${encodingEvidence.reason}`,
  ].join('\n');
}

function classes({ summary, classNames }: Audit): string[] {
  const rows = classNames.map((label) => {
    const posts = summary.classes[label] ?? 0;
    return `${right([posts], 6)}  ${label} (${share(posts, summary.kept)})`;
  });
  return rows.length === 0 ? ['none'] : cut(rows, 'classes');
}

function cut(lines: readonly string[], what: string): string[] {
  if (lines.length <= LISTED) return [...lines];
  return [...lines.slice(0, LISTED), `... ${lines.length} ${what} in all`];
}

function rules({ labelRules, labelRule, total }: MvsaSummary): string[] {
  const rows = Object.entries(labelRules).map(([rule, classes]) => {
    const numbers = SENTIMENT_LABELS.map((label) => classes[label] ?? 0);
    const kept = numbers.reduce((sum, number) => sum + number, 0);
    const name = `${rule === labelRule ? '*' : ' '} ${rule}`;
    return name.padEnd(14) + right([...numbers, kept, total - kept, share(Math.max(...numbers), kept)]);
  });
  return [''.padEnd(14) + right([...SENTIMENT_LABELS, 'kept', 'dropped', 'majority']), ...rows];
}

function leftOut({ summary, skipped }: Audit): string[] {
  const dropped = Object.entries('droppedByReason' in summary ? summary.droppedByReason : {}).map(
    ([reason, posts]) => `${right([posts], 6)}  dropped: ${reason}`,
  );
  const byReason = new Map<string, string[]>();
  for (const { id, reason } of skipped) {
    const ids = byReason.get(reason);
    if (ids) ids.push(id);
    else byReason.set(reason, [id]);
  }
  const unusable = Object.entries(summary.skippedByReason).map(([reason, posts]) => {
    const ids = byReason.get(reason) ?? [];
    return `${right([posts], 6)}  skipped: ${reason} (${shorten(ids)})`;
  });
  const lines = cut([...dropped, ...unusable], 'reasons');
  if (lines.length === 0) return ['nothing'];
  const labelled = summary.kept + summary.skipped;
  if (summary.skipped > 0.01 * labelled) {
    lines.push(
      `${'variant' in summary ? 'openMvsa' : 'openPosts'} refuses more than 1% of skipped posts, and here it is ${share(summary.skipped, labelled)}: ${'variant' in summary ? 'restore the files' : 'mend the rows'} (or, in code, raise its maxSkippedShare).`,
    );
  }
  return lines;
}

function texts({ textLength, textFeatures, kept }: PostsSummary): string[] {
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

function images({ imageFormats, imageSizes }: PostsSummary): string[] {
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

function splitLines(split: NonNullable<Audit['split']>, classNames: readonly string[]): string[] {
  const shown = classNames.slice(0, SHOWN);
  const width = Math.max(10, ...shown.map((label) => label.length + 2));
  const rows = Object.entries(split.parts).map(([name, { posts, classes }]) => {
    const shares = shown.map((label) => share(classes[label] ?? 0, posts));
    return name.padEnd(14) + right([...shares, posts], width);
  });
  const leaks = split.leaks.map(
    ({ part, twinsIn, any, share: leaking, text, exactText, image, nearImage }) =>
      `${part} posts with a twin in ${twinsIn}: ${any} (${percent(leaking)}): ${text} by text (${exactText} exact), ${image} by image file, ${nearImage ?? '-'} by look`,
  );
  const absent = Object.entries(split.parts).flatMap(([name, { absentClasses }]) =>
    absentClasses.map((label) => `no ${label} post in ${name}`),
  );
  return [
    ''.padEnd(14) + right([...shown, 'posts'], width),
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
