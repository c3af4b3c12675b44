import { OptionError } from '../../errors';
import { nearestOf } from '../../options/check-option-names';

/** What takes the place of a part of a text. */
export interface TextToken {
  /** The text that takes the place. */
  readonly token: string;
}

/** What becomes of a part of a text: it stays, it goes, or `token` takes its place. */
export type TextReplacement = 'keep' | 'remove' | TextToken;

/** Steps of {@link normalizeText}; each is off unless it is named. They apply in the order in which they stand here. */
export interface TextOptions {
  /**
   * HTML entities: `'decode'` turns `&lt;` and `&#8217;` into their characters (all of HTML's names, closed by a semicolon).
   * @defaultValue `'keep'`
   */
  readonly entities?: 'keep' | 'decode';
  /**
   * Unicode: `'nfkc'` unifies compatibility forms (full width, ligatures) and also makes curly apostrophes straight.
   * @defaultValue `'keep'`
   */
  readonly unicode?: 'keep' | 'nfkc';
  /**
   * RT at the beginning of a text, with its colon.
   * @defaultValue `'keep'`
   */
  readonly retweets?: 'keep' | 'remove';
  /**
   * URLs, up to the next white space, so a bracket or full stop right behind one goes with it; those that Twitter cut (`http…`,
   * `https:/...`) count.
   * @defaultValue `'keep'`
   */
  readonly urls?: TextReplacement;
  /**
   * Mentions, `@name`; the at sign of an e-mail address is none.
   * @defaultValue `'keep'`
   */
  readonly mentions?: TextReplacement;
  /**
   * Hashtags: `'strip'` takes the sign away, `'split'` the sign and parts the words by capitals, digits and underscores
   * (`#ProfoundLove2015` becomes `Profound Love 2015`). A number alone, `#1`, is no hashtag.
   * @defaultValue `'keep'`
   */
  readonly hashtags?: 'keep' | 'strip' | 'split' | 'remove';
  /**
   * Emoji: a function gives the text that takes an emoji's place, such as its name from a dictionary of your choice.
   * @defaultValue `'keep'`
   */
  readonly emoji?: 'keep' | 'remove' | ((emoji: string) => string);
  /**
   * Letters and signs that repeat: `'squeeze'` leaves two of three or more, whatever their case. Digits stay.
   * @defaultValue `'keep'`
   */
  readonly repeats?: 'keep' | 'squeeze';
  /**
   * Letter case.
   * @defaultValue `'keep'`
   */
  readonly case?: 'keep' | 'lower';
  /**
   * Punctuation: `'remove'` closes the gap of an apostrophe inside a word and leaves a space elsewhere.
   * @defaultValue `'keep'`
   */
  readonly punctuation?: 'keep' | 'remove';
  /**
   * White space: `'squeeze'` leaves single spaces, none at the ends.
   * @defaultValue `'keep'`
   */
  readonly whitespace?: 'keep' | 'squeeze';
}

/**
 * Named ways to normalise a post, as plain options: spread one to change a step of it.
 *
 * - `tweet`: the recipe of TweetEval and Twitter-RoBERTa (Barbieri et al. 2020, "TweetEval: Unified Benchmark and Comparative
 *   Evaluation for Tweet Classification", and the model card's `preprocess`): mentions become `@user`, URLs `http`; case,
 *   hashtags, RT and emoji stay. It differs in three things: a URL or mention also counts inside a word in brackets or
 *   quotes (theirs looks at the beginning of what stands between two spaces), the sign after a mention stays (`@user:`),
 *   and HTML entities and runs of white space are cleared. BERTweet's recipe (Nguyen et al. 2020) has `@USER`, `HTTPURL`
 *   and names of emoji in their place; its two words are cut to pieces by BERT's vocabulary, where `user` and `http` are whole.
 * - `article`: lower case, without punctuation, URLs and mentions.
 * - `none`: the text as posted.
 *
 * @example
 * ```ts
 * import { normalizeText, TEXT_PRESETS } from 'mvsa-fusion/data';
 *
 * const text = normalizeText('So #ProfoundLove @anna', { ...TEXT_PRESETS.tweet, hashtags: 'split' });
 * console.log(text); // 'So Profound Love @user'
 * ```
 */
export const TEXT_PRESETS: Readonly<Record<TextPreset, TextOptions>> = {
  tweet: {
    entities: 'decode',
    urls: { token: 'http' },
    mentions: { token: '@user' },
    whitespace: 'squeeze',
  },
  article: {
    entities: 'decode',
    urls: 'remove',
    mentions: 'remove',
    case: 'lower',
    punctuation: 'remove',
    whitespace: 'squeeze',
  },
  none: {},
};

/** The name of one of {@link TEXT_PRESETS}. */
export type TextPreset = 'tweet' | 'article' | 'none';

/** What each step can be told in a word. */
const WORDS: Readonly<Record<keyof TextOptions, readonly string[]>> = {
  entities: ['keep', 'decode'],
  unicode: ['keep', 'nfkc'],
  retweets: ['keep', 'remove'],
  urls: ['keep', 'remove'],
  mentions: ['keep', 'remove'],
  hashtags: ['keep', 'strip', 'split', 'remove'],
  emoji: ['keep', 'remove'],
  repeats: ['keep', 'squeeze'],
  case: ['keep', 'lower'],
  punctuation: ['keep', 'remove'],
  whitespace: ['keep', 'squeeze'],
};

// Options are checked once, not for every text.
const checked = new WeakSet<TextOptions>(Object.values(TEXT_PRESETS));

/**
 * Returns the options that a preset's name stands for, or the given ones once every step is one that exists.
 *
 * @throws {@link OptionError} for an unknown preset, step or word, and for a token that would itself be replaced.
 */
export function checkTextOptions(options: TextOptions | TextPreset): TextOptions {
  if (typeof options === 'string') {
    if (Object.hasOwn(TEXT_PRESETS, options)) return TEXT_PRESETS[options];
    throw new OptionError(
      `text preset: expected one of ${Object.keys(TEXT_PRESETS).join(', ')}, received "${options}".${proposal(options, Object.keys(TEXT_PRESETS))}`,
    );
  }
  if (typeof options !== 'object' || options === null) {
    throw new OptionError(`text options: expected a preset's name or an object, received ${options}.`);
  }
  if (checked.has(options)) return options;
  for (const [step, value] of Object.entries(options)) {
    const words = Object.hasOwn(WORDS, step) ? WORDS[step as keyof TextOptions] : undefined;
    if (words === undefined) {
      throw new OptionError(
        `text options: expected steps among ${Object.keys(WORDS).join(', ')}, received "${step}".${proposal(step, Object.keys(WORDS))}`,
      );
    }
    if (value === undefined || words.includes(value)) continue;
    if (step === 'emoji' && typeof value === 'function') continue;
    if ((step === 'urls' || step === 'mentions') && typeof value?.token === 'string') {
      checkToken(step, value.token);
      continue;
    }
    throw new OptionError(`${step}: expected one of ${words.join(', ')}, received ${JSON.stringify(value)}.`);
  }
  checked.add(options);
  return options;
}

const proposal = (name: string, known: readonly string[]) => {
  const near = nearestOf(name, known);
  return near === undefined ? '' : ` Did you mean ${near}?`;
};

/** A token that holds a URL or mention would be replaced again, and could grow for ever. */
function checkToken(step: string, token: string): void {
  const isMention = token.match(MENTION_PATTERN)?.[0] === token;
  const isFound = token.search(URL_PATTERN) >= 0 || token.search(MENTION_PATTERN) >= 0;
  if (token === '' || /\s/.test(token) || (isFound && !isMention)) {
    throw new OptionError(
      `${step}: expected a token without white space and without a URL or mention inside, received ${JSON.stringify(token)}.`,
    );
  }
}

/** URLs; old tweets are cut anywhere, so `http...` and `https:/...` at an end are URLs too. */
export const URL_PATTERN = /\b(?:https?:\S*|https?(?=\.\.|…)\S*|www\.\S+)/gi;

/** Mentions: an at sign and a name, not after a letter. */
export const MENTION_PATTERN = /(?<![\p{L}\p{N}_])[@＠]\w+/gu;

/** Hashtags: a sign and a word that holds a letter. */
export const HASHTAG_PATTERN = /(?<![\p{L}\p{N}_&])[#＃]((?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+)/gu;

// One picture with its variation or skin tone, or with the tags of a regional flag.
const PICTURE = '\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?[\\u{E0020}-\\u{E007F}]*';

/** The source of a regular expression, with flag `u`, for one emoji: a flag, a keycap, or pictures joined into one. */
export const EMOJI_PATTERN = `\\p{Regional_Indicator}{2}|[\\d#*]\\uFE0F?\\u20E3|${PICTURE}(?:\\u200D${PICTURE})*`;
