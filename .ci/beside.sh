# Steps beside each other; to be sourced. What a step says beside others is kept in $folder until it
# is joined, or until the script ends, with an error or without.
other=

# Run a function beside what follows, until `joined`, which says what it said.
beside() {
    "$@" >"$folder/beside" 2>&1 &
    other=$!
    name=$1
}
joined() {
    local code=0
    wait "$other" || code=$?
    other=
    cat "$folder/beside"
    return "$code"
}
# At the end of the script: what was not joined has said something, too.
finish() {
    kill $(jobs -p) 2>/dev/null || true
    if [ -n "$other" ]; then
        echo "beside, $name said until the script ended:"
        cat "$folder/beside"
    fi
    rm -rf "$folder"
}
