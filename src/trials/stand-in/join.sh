#!/bin/sh
# A session that a server of stand-ins plays: `join.sh DIR SCENARIO`. It makes its terminal raw, tells the server where that is, and waits to be told its end.
stty raw -echo || exit 70
end=$1/end.$$
mkfifo -m 600 "$end" || exit 70
printf '%s\t%s\t%s\t%s\n' "$(tty)" "$$" "$(stty size)" "$2" > "$1/join"
read -r how < "$end"
case $how in
  '') exit 75 ;; # the server is gone
  s*) kill -"${how#s}" $$ ;;
  *) exit "$how" ;;
esac
