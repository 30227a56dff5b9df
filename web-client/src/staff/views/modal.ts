/** A modal dialog takes the focus, keeps it, closes with Escape and gives the focus back. */
export const modal = (dialog: HTMLDialogElement): void => dialog.showModal();
