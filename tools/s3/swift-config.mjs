// The configuration of a one-node OpenStack Swift whose s3api middleware checks SigV4, If-Match and ranges as S3 does.
// After Swift's own documentation: "SAIO (Swift All In One)", s3api and tempauth.

/** The only account. `key` is the access key of S3, in tempauth's account:user form. */
export const ACCOUNT = { key: 'exr:inspector', secret: 'exrsecret', region: 'us-east-1' };

/** One replica on one disk: the rings of accounts, containers and objects in one process of Python (three times three of swift-ring-builder take 6 s). */
export const RINGS = `
import sys
from swift.common.ring import RingBuilder
folder = sys.argv[1]
for name, port in zip(('account', 'container', 'object'), sys.argv[2:]):
    ring = RingBuilder(4, 1, 1)
    ring.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'd1', 'weight': 1.0, 'id': 0})
    ring.rebalance()
    ring.get_ring().save(folder + '/' + name + '.ring.gz')
`;

export const swiftConf = `
[swift-hash]
swift_hash_path_prefix = exr
swift_hash_path_suffix = inspector
[storage-policy:0]
name = gold
default = yes
`;

/** Of the account, container and object servers. */
export const storageConf = (name, port, folder, user) => `
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = ${user}
swift_dir = ${folder}/etc
devices = ${folder}/srv
mount_check = false
disable_fallocate = true
workers = 0
log_name = ${name}
[pipeline:main]
pipeline = ${name}-server
[app:${name}-server]
use = egg:swift#${name}
`;

export const proxyConf = (port, memcached, folder, user) => `
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = ${user}
swift_dir = ${folder}/etc
workers = 0
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth copy slo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${memcached}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = ${ACCOUNT.region}
s3_acl = false
[filter:tempauth]
use = egg:swift#tempauth
user_${ACCOUNT.key.replace(':', '_')} = ${ACCOUNT.secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
[filter:symlink]
use = egg:swift#symlink
`;
