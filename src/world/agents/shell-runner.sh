#!/bin/sh
# The shell agent: says hello (the ack), runs the item's sh block in the worktree, hands in when that ended well.
# An item with a molecule has a block in each step: one after the other is run and closed; an empty one says that all are done.
# Another exit code of the block is an exit without `done`: gt starts a fresh session, or gives the item up after several.
block=$(mktemp) || exit 1
trap 'rm -f "$block"' EXIT
while :; do
  "$GT_BIN" hook --block > "$block" || exit $?
  sh -e "$block" || exit $?
  first=
  read -r first < "$block"
  case $first in
  '#gt-step '*) "$GT_BIN" mol step done "${first#'#gt-step '}" || exit $? ;;
  *) break ;;
  esac
done
"$GT_BIN" done
