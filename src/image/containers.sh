# Sourced: lets podman and buildah run as root inside a container or a small machine, where raising limits, a network
# bridge and a user namespace may be refused, and where control groups are of
# the older kind, which crun does not take. An own file, so that the machine's configuration stays as it is.
mkdir -p "$work"
cat > "$work/containers.conf" << 'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
CONF
export CONTAINERS_CONF="$work/containers.conf"
export BUILDAH_ISOLATION=chroot
