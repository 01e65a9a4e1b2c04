import { render } from 'preact';
import { App } from './app';
import { follow } from './live';

follow();
const root = document.getElementById('page');
if (root) render(<App />, root);
