// For the type checker alone: the copy beside it has the types of the package it was copied from.
export * from 'lit-html';
