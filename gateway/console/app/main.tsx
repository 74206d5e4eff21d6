import '../style/tokens.css';
import '../style/base.css';
import '../style/frame.css';
import '../style/case.css';
import '../style/search.css';
import '../style/plan.css';
import '../style/footage.css';
import '../style/player.css';
import '../style/review.css';
import '../style/preview.css';
import '../style/control.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { SettingsProvider } from './settings.tsx';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <SettingsProvider>
    <App />
  </SettingsProvider>,
);
