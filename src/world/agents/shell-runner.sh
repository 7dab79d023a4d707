#!/bin/sh
# The shell agent: says hello (the ack), runs the item's sh block in the worktree, hands in when that ended well.
# Another exit code of the block is an exit without `done`: gt starts a fresh session, or gives the item up after several.
block=$(mktemp) || exit 1
trap 'rm -f "$block"' EXIT
"$GT_BIN" hook --block > "$block" || exit $?
sh -e "$block" || exit $?
"$GT_BIN" done
