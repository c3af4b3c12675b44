import type { Random } from '../../random';
import type { SentimentLabel } from '../../types';

/** The words by which a phrase shows its feeling. */
interface Tone {
  readonly adjectives: readonly string[];
  readonly feelings: readonly string[];
  readonly verbs: readonly string[];
  readonly reactions: readonly string[];
  readonly emoji: readonly string[];
}

const words = (list: string) => list.split(', ');

const POSITIVE: Tone = {
  adjectives: words(
    'wonderful, amazing, brilliant, lovely, fantastic, beautiful, delightful, superb, charming, excellent, glorious, perfect, great, splendid',
  ),
  feelings: words('happy, thrilled, grateful, proud, excited, cheerful, blessed, joyful, relaxed, hopeful'),
  verbs: words('loved, enjoyed, adored, cherished, celebrated, admired'),
  reactions: words('smile, laugh, dance, glow, sing, cheer'),
  emoji: words('😀, 😍, 🎉, ❤️, 😊, 🥰'),
};

const NEGATIVE: Tone = {
  adjectives: words(
    'terrible, awful, horrible, dreadful, miserable, disgusting, painful, ugly, pathetic, disappointing, boring, rotten, bad, dismal',
  ),
  feelings: words('sad, angry, upset, furious, lonely, anxious, heartbroken, ashamed, exhausted, hopeless'),
  verbs: words('hated, regretted, dreaded, loathed, despised, resented'),
  reactions: words('cry, scream, shiver, sulk, weep, worry'),
  emoji: words('😢, 😡, 💔, 😭, 😞, 😠'),
};

const TOPICS = words(
  'the concert, my new phone, the train ride, this film, the match, lunch with my sister, the weather, our holiday, the exam, my first day, the coffee here, that speech, the party, the parade, the new album, dinner, the hotel, the museum, the long walk, the meeting, this book, the game, my haircut, the traffic, the wedding, the news, the garden, the last episode, the beach, the queue',
);
const PLACES = words(
  'the station, the office, school, the market, the airport, the library, town, the gym, the stadium, the harbour, the studio, the park',
);
const TIMES = words(
  'today, tonight, this morning, last night, this weekend, yesterday, on monday, after work, at noon, again, this year, in the end',
);
const INTENSIFIERS = ['', '', 'so ', 'really ', 'just ', 'truly ', 'absolutely ', 'soooo '];
const OPENERS = ['well, ', 'ok so ', 'honestly ', 'update: ', 'guys ', 'wow, ', 'hmm, ', 'note to self: '];
const ENDINGS = ['', '', '', '.', '!', '!!', '...', ' …'];
const HASHTAGS = words(
  '#monday, #friday, #life, #throwback, #photo, #travel, #news, #family, #music, #sport, #food, #city, #work, #tbt, #nofilter, #mood',
);
const NAMES = words(
  'anna_k, thebigmike, lee88, dailynews, sofia, jo_writes, radio_one, mr_park, nadia22, cityguide',
);

/**
 * Writes a tweet whose wording shows a sentiment.
 *
 * Positive and negative tweets hold one or two phrases of that feeling. Half of the neutral ones hold none; the other half are
 * mixed, one positive and one negative phrase, so that a word alone does not tell. Topics, names and hashtags say nothing.
 */
export function writeSentence(sentiment: SentimentLabel, random: Random): string {
  const writer = createWriter(random);
  if (sentiment === 'neutral') {
    return random.uniform() < 0.5 ? writer.tweet(writer.statement()) : writer.tweet(writer.mixed());
  }
  const tone = sentiment === 'positive' ? POSITIVE : NEGATIVE;
  return writer.tweet(writer.polar(tone), tone.emoji);
}

function createWriter(random: Random) {
  const chance = (probability: number) => random.uniform() < probability;
  const pick = <T>(items: readonly T[]) => items[random.integer(items.length)] as T;
  const topic = () => pick(TOPICS);
  const time = () => pick(TIMES);

  const phrase = ({ adjectives, feelings, verbs, reactions }: Tone) =>
    pick([
      () => `${topic()} was ${pick(INTENSIFIERS)}${pick(adjectives)}`,
      () => `${pick(INTENSIFIERS)}${pick(adjectives)} time at ${pick(PLACES)} ${time()}`,
      () => `what a day ${time()}, ${topic()} is ${pick(INTENSIFIERS)}${pick(adjectives)}`,
      () => `feeling ${pick(INTENSIFIERS)}${pick(feelings)} ${time()}`,
      () => `${pick(INTENSIFIERS)}${pick(feelings)} about ${topic()}`,
      () => `i ${pick(['', '', 'really ', 'always '])}${pick(verbs)} ${topic()}`,
      () => `everyone ${pick(verbs)} ${topic()} ${time()}`,
      () => `${topic()} made me ${pick(reactions)}`,
      () => `${topic()} makes us all ${pick(reactions)} ${time()}`,
    ])();

  const statement = () =>
    pick([
      () => `${topic()} starts at ${1 + random.integer(12)} ${time()}`,
      () => `on my way to ${pick(PLACES)} ${time()}`,
      () => `photo of ${topic()} ${time()}`,
      () => `waiting for ${topic()} at ${pick(PLACES)}`,
      () => `${topic()} and then ${topic()} ${time()}`,
      () => `there are ${2 + random.integer(40)} people at ${pick(PLACES)} ${time()}`,
      () => `read about ${topic()} ${time()}`,
      () => `does anyone know when ${topic()} ends`,
      () => `${topic()} was near ${pick(PLACES)}`,
    ])();

  const polar = (tone: Tone) => {
    if (chance(0.3)) return `${phrase(tone)} ${pick(['and', 'because', 'so', 'also'])} ${phrase(tone)}`;
    return chance(0.2) ? `${statement()}, ${phrase(tone)}` : phrase(tone);
  };

  const mixed = () => {
    const [first, second] = random.shuffle([POSITIVE, NEGATIVE]) as [Tone, Tone];
    return `${phrase(first)} ${pick(['but', 'yet', 'though', 'and', 'also', 'while'])} ${phrase(second)}`;
  };

  /** Dresses a message up as a tweet. */
  const tweet = (message: string, emoji: readonly string[] = []) => {
    const letters = (length: number) =>
      Array.from({ length }, () => 'abcdefghijkmnopqrstuvwxyz0123456789'[random.integer(35)]).join('');
    const parts = [
      chance(0.1) ? `RT @${pick(NAMES)}:` : chance(0.15) ? `@${pick(NAMES)}` : '',
      (chance(0.2) ? pick(OPENERS) : '') + message + pick(ENDINGS),
      emoji.length > 0 && chance(0.15) ? pick(emoji) : '',
      chance(0.3) ? pick(HASHTAGS) : '',
      chance(0.1) ? pick(HASHTAGS) : '',
      chance(0.3) ? `http://t.co/${letters(8)}` : '',
    ].filter((part) => part !== '');
    const text = parts.join(' ');
    return chance(0.5) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  };

  return { statement, polar, mixed, tweet };
}
