// One picture with its variation or skin tone, or with the tags of a regional flag.
const PICTURE = '\\p{Extended_Pictographic}(?:\\uFE0F|\\p{Emoji_Modifier})?[\\u{E0020}-\\u{E007F}]*';

/** The source of a regular expression, with flag `u`, for one emoji: a flag, a keycap, or pictures joined into one. */
export const EMOJI_PATTERN = `\\p{Regional_Indicator}{2}|[\\d#*]\\uFE0F?\\u20E3|${PICTURE}(?:\\u200D${PICTURE})*`;
