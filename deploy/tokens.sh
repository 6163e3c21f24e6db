# sh deploy/tokens.sh [FOLDER]: tokens of the processes that reach the API (assistant/kit/tokens.py), each in a volume
# that only its owner sees.
set -eu
umask 077
folder="${1:-/run/yinling}"
issue() {
    python -m assistant.cli token "$1" > "$2.new"
    mv "$2.new" "$2"
}
issue actions "$folder"/actions/token
issue channel:telegram "$folder"/telegram/token
issue channel:phone "$folder"/phone/token
