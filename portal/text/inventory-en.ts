import type { InventoryText } from './inventory-fr.ts'

export const inventoryEn: InventoryText = {
  title: 'Places by a table',
  lead: 'Upload a table, read what it would change, then accept. What is not in the table stays as it is.',
  link: 'Add or change places by a table',
  upload: 'Upload a table',
  file: 'CSV file',
  fileHelp:
    'One line for each place: code, name, association, networks, gateway… under the usual titles, in any order. 4 MB at most.',
  look: 'See what would change',
  noFile: 'Choose a file first.',
  underWay: 'A table that was accepted is still under way. Wait until it is done.',
  changed:
    'That is not what waits any more: somebody answered, or the places have changed. Read it again.',
  sent: 'Uploaded by {who} on {when}.',
  reading: 'The table is being read…',
  working: 'The changes are being made…',
  wrong: 'Nothing was changed. Correct these lines of the table, then upload it again:',
  notes: 'Good to know',
  nothing: 'This table changes nothing: all of it is so already.',
  wouldChange: 'Nothing is changed yet. Places read: {places}, changes proposed: {changes}.',
  lines: 'Lines',
  more: 'and {count} more lines',
  accept: 'Accept these changes',
  drop: 'Drop it',
  done: 'Done on {when}, accepted by {who}. Places read: {places}, changes: {changes}.',
  polled: 'Last read: {when}, places: {places}.',
  failed: 'Nothing was changed:',
  held: 'Held back: too many places are gone at once. Read it, then accept if it is meant.',
  acceptHeld: 'Accept although places are gone',
}
