#!/bin/sh
# Installs the bundle that lies beside this file, on a Debian machine without any network: checks every byte first, then puts the gateway
# into /opt/differe and keeps what was there as /opt/differe.previous. DESTDIR=DIR installs below DIR, as packagers do.
set -eu
cd "$(dirname "$0")"
root="${DESTDIR:-}"
fail() {
  echo "$1 / $2" >&2
  exit 1
}

[ "$(uname -m)" = x86_64 ] || fail "Ce lot est pour x86_64" "this bundle is for x86_64"
for program in ffmpeg ffprobe bwrap prlimit; do
  command -v "$program" >/dev/null || fail "Il manque $program : paquets ffmpeg, bubblewrap, util-linux de votre support Debian" \
    "$program is missing: packages ffmpeg, bubblewrap and util-linux of your Debian medium"
done

# Both ways: nothing listed may differ, and nothing may lie here that is not listed.
sha256sum --check --strict --quiet SHA256SUMS || fail "Le lot est altéré" "the bundle was altered"
listed="$(sed 's/^[0-9a-f]*  //' SHA256SUMS | LC_ALL=C sort)"
present="$(find . -type f ! -path ./SHA256SUMS | sed 's/^\.\///' | LC_ALL=C sort)"
[ "$listed" = "$present" ] || fail "Le lot contient des fichiers en trop" "the bundle holds files that are not listed"
links="$(find . -type l -printf '%P -> %l\n' | LC_ALL=C sort | sha256sum | cut -d' ' -f1)"
[ "$links" = "$(cat LINKS.sha256)" ] || fail "Les liens du lot sont altérés" "links of the bundle were altered"

if [ -z "$root" ]; then
  getent passwd differe >/dev/null || useradd --system --home-dir /var/lib/differe --shell /usr/sbin/nologin differe
fi
mkdir -p "$root/opt" "$root/etc/systemd/system" "$root/etc/differe/keys"
rm -rf "$root/opt/differe.new"
cp -R differe "$root/opt/differe.new"
cp sbom.cdx.json "$root/opt/differe.new/sbom.cdx.json"
rm -rf "$root/opt/differe.previous"
if [ -d "$root/opt/differe" ]; then mv "$root/opt/differe" "$root/opt/differe.previous"; fi
mv "$root/opt/differe.new" "$root/opt/differe"
cp "$root"/opt/differe/gateway/deploy/systemd/*.service "$root/etc/systemd/system/"
chmod 0700 "$root/etc/differe" "$root/etc/differe/keys"
if [ -z "$root" ]; then chown -R differe:differe /etc/differe; fi
echo "Installé / installed: $root/opt/differe"
echo "Ensuite / next: /etc/differe/environment, keys, registry, dossier (README); systemctl daemon-reload; systemctl restart differe"
