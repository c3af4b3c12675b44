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
