// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ssh_config has variables of this form.
import type { HostQuery } from './resolve.ts'

/** A configuration, and a host to read it for. `DIR` stands for the directory of its files. */
export interface Case {
  readonly name: string
  readonly config: string
  readonly query: HostQuery
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

type Rest = Partial<HostQuery> & Pick<Case, 'files' | 'env'>

function of(name: string, config: string, rest: Rest = {}): Case {
  const { files, env, ...query } = rest
  return {
    name,
    config,
    query: { host: 'web-1', ...query },
    ...(files && { files }),
    ...(env && { env }),
  }
}

/** What ssh takes. */
export const cases: readonly Case[] = [
  of('an empty file', ''),
  of('comments and blanks', '# Port 1\n\n   \t\n  # Port 2\nPort 3 # the one\f\n'),
  of('flags before the file', 'User carol\nPort 3', { user: 'dave', port: 4 }),
  of('the first value', 'Port 2201\nPort 2202\nUser a\nUser b'),
  of('keywords in any case', 'pOrT 2203\nUSER x\nIDENTITIESONLY yes'),
  of('an equals sign', 'Port=2204\nUser = x\nHostName= a.b\nBindAddress =1.2.3.4'),
  of('quotes', 'User "a b"\nHostKeyAlias \'x y\'\nBindAddress "1.2.3.4"'),
  of('quotes within a word', 'User a"b c"d\nBindAddress x\'y"z\'w'),
  of('escapes', 'User a\\"b\nHostKeyAlias "a\\\\b\\"c"\nBindAddress a\\ b\\c'),
  of('a quoted keyword', '"Port" 2222'),
  of('carriage returns', 'Port 2205\r\nUser x\r\n\r\nHost web-1\r\n  HostName y\r\n'),
  of('tabs', '\tPort\t2206\t\n\tUser\t=\tx'),
  of('a hash within a word', 'User a#b\nHostKeyAlias c #d'),
  of('other names of keywords', 'ChallengeResponseAuthentication no\nDSAAuthentication no\nIdentityFile2 /k'),
  of(
    'keywords that do not matter',
    'ControlMaster auto\nControlPath ~/x-%C\nLocalForward 8080 localhost:80\nLogLevel quiet\nTCPKeepAlive no\nProtocol 2\nForwardX11 yes',
  ),

  of('a block for the host', 'Host web-1\n  Port 1\nHost web-2\n  Port 2\nHost *\n  Port 3\n  User u'),
  of('a block for another host', 'Host web-1\n  Port 1\nHost *\n  Port 3', { host: 'db' }),
  of('wildcards', 'Host web-?? \n Port 1\nHost w*-?\n Port 2\nHost ?\n Port 3'),
  of('several patterns', 'Host db-* web-* \n Port 1'),
  of('a negated pattern', 'Host * !web-1\n Port 1\nHost !db-1 *\n Port 2'),
  of('a negated pattern alone', 'Host !db\n Port 1'),
  of('a pattern in quotes', 'Host "web-1" db\n Port 1'),
  of('letter case of a pattern', 'Host Web-1\n Port 1\nHost *\n Port 2', { host: 'Web-1' }),
  of('letter case of a host', 'Host web-1\n Port 1\nHost *\n Port 2', { host: 'WEB-1' }),
  of('dots are no wildcards', 'Host a.b\n Port 1', { host: 'axb' }),
  of('a comment behind patterns', 'Host db # web-1\n Port 1\nHost web-1 # db\n Port 2'),
  of('a block without patterns', 'Host # none\n Port 1\nHost *\n Port 2'),
  of('lines before the first block', 'User first\nHost *\n User second'),

  of('HostName', 'Host web-1\n HostName Web-1.Example.COM'),
  of('HostName with a token', 'HostName %h.example.com%%'),
  of('HostName: the first', 'HostName a\nHostName b'),
  of('a host in capitals', '', { host: 'WEB' }),
  of('an address', '', { host: '127.1' }),
  of('an address in hexadecimal', '', { host: '0x7F000001' }),
  of('an address in octal', '', { host: '010.0.0.1' }),
  of('no address in spite of its looks', '', { host: '1.2.3.4.5' }),
  of('an IPv6 address', '', { host: '2001:DB8:0:0::1' }),
  of('an IPv6 address that holds an IPv4 one', '', { host: '::FFFF:1.2.3.4' }),
  of('an address as HostName', 'HostName 10.1'),

  of(
    'identity files',
    'IdentityFile ~/.ssh/a\nIdentityFile /b\nHost web-1\nIdentityFile ~/.ssh/a\nIdentityFile c\nHost db\nIdentityFile /d',
  ),
  of(
    'identity files with tokens',
    'HostName %h.example.com\nUser eve\nPort 44\nHostKeyAlias ALIAS\nIdentityFile /%%/%h/%n/%p/%r/%u/%i/%l/%L/%k\nIdentityFile %d/x\nIdentityFile /%C',
  ),
  of('identity files with variables', 'IdentityFile ${KEYS}/a\nIdentityFile /x/${KEYS}${KEYS}', {
    env: { KEYS: '/k%h' },
  }),
  of('no identity files', 'IdentityFile none\nIdentitiesOnly yes'),
  of('some identity files and none', 'IdentityFile /a\nIdentityFile none'),
  of('a home of somebody', 'IdentityFile ~root/k\nIdentityFile ~/x'),
  of('a quoted identity file', 'IdentityFile "/with blank/%r"', { user: 'u' }),
  of('certificates', 'CertificateFile ~/.ssh/%r-cert.pub\nCertificateFile /${C}\nIdentityFile /i', {
    env: { C: 'c' },
  }),
  of('an agent', 'IdentityAgent ~/agent/%r.sock'),
  of('an agent by variable', 'IdentityAgent ${AGENT}/x', { env: { AGENT: '/run' } }),
  of('no agent', 'IdentityAgent none'),
  of('the usual agent', 'IdentityAgent SSH_AUTH_SOCK'),

  of('ProxyJump', 'ProxyJump bastion'),
  of('ProxyJump with users and ports', 'ProxyJump a@b:22,c:33,d@e'),
  of('ProxyJump with addresses', 'ProxyJump u@[::1]:2222'),
  of('ProxyJump as a URI', 'ProxyJump ssh://u@b:2200'),
  of('ProxyJump: a user with an at sign', 'ProxyJump u@x@b'),
  of('ProxyJump with a comment', 'ProxyJump b # c'),
  of('ProxyJump with a blank', 'ProxyJump b ,c'),
  of('ProxyJump none, then another, then ProxyCommand', 'ProxyJump none\nProxyJump b\nProxyCommand x'),
  of('ProxyJump none', 'ProxyJump none\nProxyJump b'),
  of('ProxyJump before ProxyCommand', 'ProxyJump b\nProxyCommand nc %h %p'),
  of('ProxyCommand before ProxyJump', 'ProxyCommand nc %h %p\nProxyJump b'),
  of('ProxyJump none before ProxyCommand', 'ProxyJump none\nProxyCommand nc %h %p'),
  of('ProxyCommand none before ProxyJump', 'ProxyCommand none\nProxyJump b'),
  of('ProxyCommand as it is written', 'ProxyCommand = sh -c "exec  nc %h %p" # no comment'),
  of('ProxyJump of another block', 'Host web-*\n ProxyJump b\nHost *\n ProxyJump c', { host: 'db' }),

  of('known hosts', 'UserKnownHostsFile ~/.ssh/a /b/%h "/c"\nGlobalKnownHostsFile /g1 /g2'),
  of('known hosts: the first line', 'UserKnownHostsFile /a /b\nUserKnownHostsFile /c'),
  of(
    'known hosts: a line without files',
    'UserKnownHostsFile # x\nUserKnownHostsFile /a\nSetEnv #\nSetEnv A=1',
  ),
  of('known hosts: none', 'UserKnownHostsFile none\nGlobalKnownHostsFile none'),
  of('known hosts with tokens and variables', 'HostKeyAlias ALIAS\nUserKnownHostsFile ${D}/%k/%n/%r', {
    env: { D: '/d' },
  }),
  of('known hosts: no alias', 'HostName other\nUserKnownHostsFile /%k'),
  ...['yes', 'no', 'off', 'ask', 'accept-new', 'true', 'false', 'ACCEPT-NEW'].map((value) =>
    of(`StrictHostKeyChecking ${value}`, `StrictHostKeyChecking ${value}`),
  ),
  of('HashKnownHosts', 'HashKnownHosts yes\nHashKnownHosts no'),
  of('HostKeyAlias', 'HostKeyAlias Some.Name'),
  of('RevokedHostKeys', 'RevokedHostKeys /etc/revoked'),
  of('RevokedHostKeys none', 'RevokedHostKeys none'),
  of('NoHostAuthenticationForLocalhost', 'NoHostAuthenticationForLocalhost yes'),

  ...['90', '1m', '1h30m', '2H', '1d', '1w2d3h4m5s', '0', '5s10', 'none'].map((value) =>
    of(`the time ${value}`, `ServerAliveInterval ${value}\nConnectTimeout ${value}`),
  ),
  of(
    'a time after none',
    'ConnectTimeout none\nConnectTimeout 7\nServerAliveInterval none\nServerAliveInterval 8',
  ),
  of('ServerAliveCountMax', 'ServerAliveCountMax 7\nNumberOfPasswordPrompts 1'),
  of('BatchMode', 'BatchMode yes'),
  of('BatchMode with an interval', 'BatchMode yes\nServerAliveInterval 5'),
  of('SendEnv', 'SendEnv LANG LC_*\nSendEnv X\nHost db\nSendEnv Y'),
  of('SendEnv taken back', 'SendEnv LANG LC_ALL LC_X Z\nSendEnv -LC_* W\nSendEnv -Z'),
  of('SetEnv', 'SetEnv A=1 B="x y" C= A=2\nSetEnv D=4'),
  of('PreferredAuthentications', 'PreferredAuthentications publickey,password'),
  ...['yes', 'no', 'unbound', 'host-bound'].map((value) =>
    of(`PubkeyAuthentication ${value}`, `PubkeyAuthentication ${value}`),
  ),
  of('other ways to log in', 'PasswordAuthentication no\nKbdInteractiveAuthentication no'),
  of('BindAddress', 'BindAddress 10.0.0.1'),
  of('AddressFamily inet', 'AddressFamily inet'),
  of('AddressFamily inet6', 'AddressFamily INET6'),
  of('ForwardAgent', 'ForwardAgent yes'),
  of('ForwardAgent with a socket', 'ForwardAgent ~/some.sock'),
  of('ForwardAgent no before a socket', 'ForwardAgent no\nForwardAgent yes'),
  of(
    'algorithms',
    'Ciphers aes128-ctr,aes256-ctr\nMACs hmac-sha2-256\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519,rsa-sha2-512',
  ),
  of(
    'algorithms as changes',
    'Ciphers +aes128-cbc\nMACs -hmac-sha1\nKexAlgorithms ^curve25519-sha256\nHostKeyAlgorithms +ssh-rsa',
  ),
  of('IgnoreUnknown', 'IgnoreUnknown use*,foo\nUseKeyring yes\nFoo "a b" c\nPort 5'),
  of('IgnoreUnknown in a block that does not hold', 'IgnoreUnknown foo\nHost db\nFoo bar\nHost *\nPort 6'),

  of('Match all', 'Match all\nPort 1'),
  of('Match host', 'Match host web-*,db\nPort 1\nMatch host *\nPort 2'),
  of(
    'Match host: the name that was replaced',
    'HostName other\nMatch host web-1\nPort 1\nMatch host OTHER\nPort 2',
  ),
  of('Match host: a token in the name', 'HostName %h.b\nMatch host web-1.b\nPort 1'),
  of('Match host with a negated pattern', 'Match host *,!web-1\nPort 1\nMatch host web-*,!web-2\nPort 2'),
  of('Match originalhost', 'HostName other\nMatch originalhost web-1\nPort 1'),
  of('Match user', 'Match user alice,b*\nPort 1', { user: 'bob' }),
  of('Match user: said before', 'User carol\nMatch user carol\nPort 1\nMatch user root\nPort 2'),
  of('Match user: the local one', 'Match user root\nPort 2\nMatch user *\nPort 3'),
  of('Match localuser', 'Match localuser root\nPort 2\nMatch localuser *\nPort 3', { user: 'x' }),
  of('Match with several criteria', 'Match host web-* user bob\nPort 1\nMatch host db user bob\nPort 2', {
    user: 'bob',
  }),
  of('Match negated', 'Match !host db user bob\nPort 1\nMatch !user bob\nPort 2', { user: 'bob' }),
  of('Match !all', 'Match !all\nPort 1\nMatch all\nPort 2'),
  of('Match with equals signs and quotes', 'Match host=web-* user="bob"\nPort 1', { user: 'bob' }),
  of('Match with a comment', 'Match host web-1 # user x\nPort 1'),
  of('Match in capitals', 'MATCH HOST web-1\nPort 1'),
  of('Match exec', 'Match exec true\nPort 1'),
  of('Match exec that fails', 'Match exec false\nPort 1\nMatch !exec "exit 3"\nPort 2'),
  of(
    'Match exec with tokens',
    'User u\nPort 7\nMatch exec "test %h-%n-%p-%r-%u = web-1-web-1-7-u-$(id -un)"\nServerAliveInterval 9',
  ),
  of(
    'Match exec with other tokens',
    'HostKeyAlias A\nMatch exec "test %d/%i/%k/%l/%L = $(getent passwd $(id -u) | cut -d: -f6)/$(id -u)/A/$(hostname)/$(hostname | cut -d. -f1)"\nPort 9',
  ),
  of(
    'Match exec not run',
    'Match host db exec "touch DIR/run"\nPort 1\nMatch exec "test ! -e DIR/run"\nPort 2',
  ),
  of(
    'Match exec twice',
    'Match exec "test -n %h"\nPort 1\nMatch exec "test -n %h" exec "test -z %h"\nUser x\nMatch exec "test -n %h"\nBindAddress y',
  ),
  of('Match final', 'Match final\nPort 1\nHost *\nUser u'),
  of('Match final: after others', 'Host *\nUser u\nMatch final user u\nPort 5'),
  of('Match final all', 'Match final all\nPort 1'),
  of('Match !final', 'Match !final\nPort 1\nMatch final\nPort 2\nUser f'),
  of(
    'Match final sees the real name',
    'Host web-1\nHostName real.example.com\nMatch final host real.*\nPort 8\nHost real.example.com\nUser r',
  ),
  of('Match canonical', 'Match canonical\nPort 1\nMatch all\nUser u'),
  of('Match canonical in a final pass', 'Match canonical\nPort 1\nMatch final\nUser u'),
  of('accumulated once in two passes', 'SendEnv A\nIdentityFile /a\nMatch final\nSendEnv B\nIdentityFile /b'),

  of('Include', 'Include DIR/a\nPort 2', { files: { a: 'Port 1' } }),
  of('Include by pattern, in order', 'Include DIR/d/*.conf', {
    files: {
      'd/b.conf': 'Port 2\nUser b',
      'd/a.conf': 'Port 1',
      'd/.c.conf': 'User hidden',
      'd/A.conf': 'BindAddress 1.1.1.1',
      'd/x': 'HostKeyAlias x',
    },
  }),
  of('Include by set and letter', 'Include DIR/[ab]? DIR/[!a-y]', {
    files: { ax: 'Port 1', bx: 'User b', cx: 'BindAddress c', z: 'HostKeyAlias z' },
  }),
  of('Include of several', 'Include DIR/b DIR/a\n', { files: { a: 'Port 1', b: 'Port 2' } }),
  of('Include of nothing', 'Include DIR/none DIR/none/*\nPort 1'),
  of('Include of a directory', 'Include DIR/*/*', { files: { 'sub/dir/x': 'Port 1', 'sub/z': 'Port 2' } }),
  of('Include in a block that holds', 'Host web-*\nInclude DIR/a\nUser u\nHost db\nUser w', {
    files: { a: 'Port 1' },
  }),
  of('Include in a block that does not hold', 'Host db\nInclude DIR/a\nHost *\nPort 2', {
    files: { a: 'Port 1\nHost *\nPort 3\nMatch all\nPort 4' },
  }),
  of('a block in an Include ends with it', 'Include DIR/a\nPort 2', { files: { a: 'Host db\nPort 1' } }),
  of('Include within Include', 'Include DIR/a\nUser x', {
    files: { a: 'Host web-1\nInclude DIR/b\nPort 2', b: 'Match host web-1\nPort 3' },
  }),
  of('Include as deep as may be', 'Include DIR/1', {
    files: Object.fromEntries(
      Array.from({ length: 16 }, (_, index) => [
        String(index + 1),
        index === 15 ? 'Port 16' : `Include DIR/${index + 2}`,
      ]),
    ),
  }),
  of(
    'Match final in an Include that does not hold',
    'Host db\nInclude DIR/a\nHost *\nHostName x\nHost x\nPort 4',
    { files: { a: 'Match final\nPort 1' } },
  ),

  of(
    'CanonicalizeHostname with a name found nowhere',
    'CanonicalizeHostname yes\nCanonicalDomains a.invalid\nMatch canonical\nPort 5',
  ),
  of('CanonicalizeHostname: an address', 'CanonicalizeHostname yes\nHost 127.0.0.1\nPort 4', {
    host: '127.1',
  }),
  of(
    'CanonicalizeHostname: too many dots',
    'CanonicalizeHostname yes\nCanonicalizeFallbackLocal no\nCanonicalDomains invalid\nMatch final\nPort 6',
    { host: 'a.b.c' },
  ),
  of(
    'CanonicalizeHostname behind a proxy',
    'CanonicalizeHostname yes\nCanonicalizeFallbackLocal no\nProxyJump b',
  ),
  of(
    'CanonicalizeHostname no',
    'CanonicalizeHostname no\nCanonicalDomains example.com\nMatch canonical\nPort 4',
  ),
]

/** What ssh refuses. */
export const refusals: readonly Case[] = [
  of('an unknown keyword', 'User u\nProt 22'),
  of('an unknown keyword in a block that does not hold', 'Host db\nProt 22'),
  of('an unknown keyword ignored too late', 'Foo bar\nIgnoreUnknown foo'),
  of('an unknown keyword ignored for others', 'Host db\nIgnoreUnknown foo\nHost *\nFoo bar'),
  of('an unknown keyword in an Include', 'Port 1\nInclude DIR/a', { files: { a: '\nFoo bar' } }),
  of('a name that objects inherit', 'constructor x'),
  of('no value', 'Port'),
  of('no value behind an equals sign', 'Port ='),
  of('an empty value', 'User ""'),
  of('a comment for a value', 'User # u'),
  of('too many values', 'User a b'),
  of('an open quote', 'User "a'),
  of('an open quote that looks closed', 'User "a\\"'),
  of('an open quote in a keyword that does not matter', 'Host db\nLocalCommand "x'),
  ...['0', '-1', '65536', 'x', '2 2', '2x'].map((value) => of(`the port ${value}`, `Port ${value}`)),
  ...['-1', '1x', '1.5m', 'NONE', '99999999999', ''].map((value) =>
    of(`the time "${value}"`, `ConnectTimeout "${value}"`),
  ),
  of('a number below zero', 'ServerAliveCountMax -1'),
  of('a number too large', 'NumberOfPasswordPrompts 2147483648'),
  of('neither yes nor no', 'IdentitiesOnly maybe'),
  of('a name that objects inherit for a value', 'StrictHostKeyChecking constructor'),
  of('a refused value in a block that does not hold', 'Host db\nStrictHostKeyChecking maybe'),
  of('an unknown family', 'AddressFamily inet5'),
  of('none beside others', 'UserKnownHostsFile none /x'),
  of('others beside none', 'GlobalKnownHostsFile /x none'),
  of('an empty word in a list', 'UserKnownHostsFile /x ""'),
  of('an empty pattern', 'Host web-1 ""'),
  of('SendEnv with a value', 'SendEnv A=1'),
  of('SetEnv without a value', 'SetEnv A'),
  of('a CNAME rule without a target', 'CanonicalizePermittedCNAMEs *.a'),
  of('a jump host without a name', 'ProxyJump u@'),
  of('a jump host with a bad port', 'ProxyJump b:0'),
  of('a jump host too few', 'ProxyJump a, b'),
  of('a jump host with bare colons', 'ProxyJump ::1'),
  of('a jump host in a block that does not hold', 'Host db\nProxyJump u@'),
  of('a jump host that is the host', 'ProxyJump web-1'),
  of('a jump host that is the host, with all that', 'HostName h\nUser u\nPort 9\nProxyJump a,u@h:9'),
  of('Match without a criterion', 'Match # x'),
  of('Match without a pattern', 'Match host'),
  of('Match with an unknown criterion', 'Match foo bar'),
  of('Match all with others behind it', 'Match all host web-1'),
  of('Match all with two others', 'Match host web-1 user root all'),
  of('Match with a token that there is not', 'Match exec "true %z"'),
  of('Match exec ended by a signal', 'Match exec "kill $$"'),
  of('a token that there is not', 'UserKnownHostsFile /%z'),
  of('a token that HostName may not hold', 'HostName %p'),
  of('a lone percent sign', 'HostName a%'),
  of('a variable that is not set', 'UserKnownHostsFile ${VIRIDIAN_UNSET}'),
  of('a variable that is not closed', 'UserKnownHostsFile ${HOME'),
  of('a variable without a name', 'UserKnownHostsFile ${}'),
  of('a variable that objects inherit', 'UserKnownHostsFile ${constructor}'),
  of('an agent at a variable that is not set', 'IdentityAgent ${VIRIDIAN_UNSET}'),
  of('a home of nobody', 'UserKnownHostsFile ~nobody-of-that-name/x'),
  of('an Include of itself', 'Include DIR/config'),
  of('an Include in a ring', 'Include DIR/a', { files: { a: 'Include DIR/b', b: 'Include DIR/a' } }),
  of('an Include too deep', 'Include DIR/1', {
    files: Object.fromEntries(
      Array.from({ length: 17 }, (_, index) => [
        String(index + 1),
        index === 16 ? 'Port 16' : `Include DIR/${index + 2}`,
      ]),
    ),
  }),
  of('an Include of an empty name', 'Include ""'),
]
