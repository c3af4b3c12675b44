import type { TextOptions } from './text-options';

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
