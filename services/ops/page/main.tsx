import { render } from 'preact';
import { isAddress } from './addresses.ts';
import { App } from './app.tsx';
import { startClock } from './client/clock.ts';
import { startKeyboard } from './keyboard.ts';
import { loadOperator } from './operator.ts';
import { linkedPages } from './pages.tsx';
import { startRouter } from './router.ts';
import './styles/base.css';
import './styles/shell.css';
import './styles/parts.css';
import './styles/lists.css';
import './styles/order.css';

startClock();
startRouter(isAddress);
startKeyboard(new Map(linkedPages.map(({ letter, href }) => [letter, href])));
void loadOperator();
render(<App />, document.body);
