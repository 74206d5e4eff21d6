import { Component, type ReactNode } from 'react';
import type { Words } from '../words/fr.ts';

interface Properties {
  readonly words: Words;
  readonly children: ReactNode;
}

/** Says that a screen broke instead of showing nothing. */
export class Boundary extends Component<Properties, { readonly isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <main id="main">
        <p className="problem" role="alert">
          {this.props.words.app.failed}
        </p>
      </main>
    );
  }
}
