// What can be done about an account, by its state.

/** @typedef {'setup' | 'login' | 'resume' | 'restart' | 'pause' | 'relink' | 'logout'} Action */

/**
 * What a state asks for, and what else is possible in it.
 * @param {string} state
 * @returns {{ first: Action[], others: Action[] }}
 */
export function possible(state) {
  switch (state) {
    case 'unlinked':
      return { first: ['setup', 'login'], others: ['pause'] };
    case 'logged_out':
    case 'forbidden':
      return { first: ['login'], others: ['pause'] };
    case 'replaced':
    case 'suspended':
      return { first: ['resume'], others: ['relink', 'logout'] };
    case 'linking':
      return { first: ['login'], others: [] };
    case 'disabled':
      return { first: [], others: [] };
    case 'ready':
    case 'connecting':
      return { first: [], others: ['pause', 'restart', 'relink', 'logout'] };
    default:
      return { first: ['restart'], others: ['pause', 'relink', 'logout'] };
  }
}
