#!/bin/sh
# A session that a server of stand-ins plays: `join.sh DIR SCENARIO`. It makes its terminal raw, tells the server where that is, and waits to be told its end.
stty raw -echo || exit 70
end=$1/end.$$
mkfifo -m 600 "$end" || exit 70
# opened both ways, so that nothing is lost that is said before it is read
exec 3<> "$end"
printf '%s\t%s\t%s\t%s\n' "$(tty)" "$$" "$(stty size)" "$2" > "$1/join"
read -r _ <&3
# now only the server has it open for writing, and its death is an end of file
exec 4< "$end" 3>&-
rm -f "$end"
read -r how <&4
case $how in
  '') exit 75 ;;
  s*) kill -"${how#s}" $$ ;;
  *) exit "$how" ;;
esac
