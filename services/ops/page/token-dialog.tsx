import type { JSX, TargetedSubmitEvent } from 'preact';
import { saveToken, tokenWanted } from './client/token.ts';
import { loadOperator } from './operator.ts';
import { Dialog } from './parts/dialog.tsx';

/** Asks for the reader's token when ops needs one. */
export const TokenDialog = (): JSX.Element => {
  const save = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get('token');
    if (typeof token !== 'string' || token.trim() === '') return;
    saveToken(token.trim());
    void loadOperator();
  };
  return (
    <Dialog isOpen={tokenWanted.value !== undefined} title="A token is needed">
      <form onSubmit={save}>
        <p>
          ops shows this to those with a token of its AUTH_TOKENS_FILE that has the role ops:read.
          It said: {tokenWanted.value}
        </p>
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <p class="note">It is kept until you close this tab.</p>
        <div class="buttons">
          <button class="primary">Continue</button>
        </div>
      </form>
    </Dialog>
  );
};
