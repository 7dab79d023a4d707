#!/bin/sh
# The shell agent: says hello (the ack), runs the item's sh block in the worktree, hands in when that ended well.
# An item with a molecule has a block in each step: one after the other is run and closed; an empty one says that all are done.
# For steps without one the item's block is run, once in a session: those that it has not closed itself are closed for it.
# Another exit code of the block is an exit without `done`: gt starts a fresh session, or gives the item up after several.
block=$(mktemp) || exit 1
trap 'rm -f "$block"' EXIT
ran=
while :; do
  "$GT_BIN" hook --block > "$block" || exit $?
  first=
  read -r first < "$block"
  case $first in
  '#gt-item '*)
    [ -n "$ran" ] || sh -e "$block" || exit $?
    ran=yes
    "$GT_BIN" mol step done "${first#'#gt-item '}" --note 'The sh block of its item has run.' || exit $?
    ;;
  '#gt-step '*)
    sh -e "$block" || exit $?
    "$GT_BIN" mol step done "${first#'#gt-step '}" || exit $?
    ;;
  *)
    sh -e "$block" || exit $?
    break
    ;;
  esac
done
"$GT_BIN" done
