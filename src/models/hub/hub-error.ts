import { DataError } from '../../errors';
import { TransientError } from './retry';

const TOKEN_HELP = 'create a token at the hub and set the environment variable HF_TOKEN';

/** The error for a response that holds no file: says what the status means for a model and what to do. */
export function hubError(url: string, response: Response, hasToken: boolean): DataError {
  const { status, headers } = response;
  const said = headers.get('x-error-message') ?? headers.get('x-error-code') ?? '';
  const received = `${url}: expected a file, received status ${status}${said ? ` (${said.slice(0, 200)})` : ''}`;
  if (status === 429 || status === 408 || status >= 500) {
    const retryAfter = waitOf(headers.get('retry-after'));
    return new TransientError(
      `${received}. The server is busy or down; try again later.`,
      retryAfter === undefined ? {} : { retryAfter },
    );
  }
  if (status === 401 || status === 403) {
    return new DataError(
      hasToken
        ? `${received}. The token in HF_TOKEN does not open this model: accept its terms on its page at the hub, or check the id and the token.`
        : `${received}. The model is private, gated or misspelt: check the id, accept its terms on its page at the hub, and ${TOKEN_HELP}.`,
    );
  }
  if (status === 404) {
    const remedy = hasToken ? '' : ` For a private model, ${TOKEN_HELP}.`;
    return new DataError(`${received}. Check the model's id, the revision and the file's name.${remedy}`);
  }
  return new DataError(`${received}. Check the endpoint (HF_ENDPOINT).`);
}

/** Milliseconds of a Retry-After header, which holds seconds or a date. */
function waitOf(value: string | null): number | undefined {
  if (value === null) return undefined;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
