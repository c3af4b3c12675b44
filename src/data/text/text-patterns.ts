/** URLs; old tweets are cut anywhere, so `http...` and `https:/...` at an end are URLs too. */
export const URL_PATTERN = /\b(?:https?:\S*|https?(?=\.\.|…)\S*|www\.\S+)/gi;

/** Mentions: an at sign and a name, not after a letter. */
export const MENTION_PATTERN = /(?<![\p{L}\p{N}_])[@＠]\w+/gu;

/** Hashtags: a sign and a word that holds a letter. */
export const HASHTAG_PATTERN = /(?<![\p{L}\p{N}_&])[#＃]((?=[\p{N}_]*\p{L})[\p{L}\p{M}\p{N}_]+)/gu;
