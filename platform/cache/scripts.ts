/*
 * What must happen at once in Redis, as Lua scripts (docs/decisions/0044). An entry is one hash, so that its fields are
 * evicted, flushed and expired together:
 *
 *   value    `=` and the text of the value, or `-`: there is nothing under this key. Without it only the version is known
 *   version  the version of the row, or the newest that a writer has reported
 *   refresh  from when on one reader loads it again, while the others still get it; milliseconds of Redis's clock
 *   lease    the token of the reader that may fill the entry
 *   until    when the lease expires
 *
 * Milliseconds and versions are passed on as text: a number of Lua is exact only up to 2^53.
 */
const common = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function text(number) return string.format('%.0f', number) end
local function isFailure(reply) return type(reply) == 'table' and reply.err ~= nil end
local function isLower(a, b) return #a < #b or (#a == #b and a < b) end
`;

/** KEYS: the entry. ARGV: token, ms of a lease. Replies with the state and, where there is one, the value or the error. */
export const readScript = `${common}
local key, token, leaseMs = KEYS[1], ARGV[1], tonumber(ARGV[2])
local entry = redis.pcall('HMGET', key, 'value', 'refresh', 'lease', 'until')
if isFailure(entry) then
  -- Something of another type is under the key.
  redis.call('DEL', key)
  entry = {}
end
local value, refresh, lease, leasedUntil = entry[1], entry[2], entry[3], entry[4]
local moment = now()
if value and refresh and moment < tonumber(refresh) then return {'hit', value} end
if lease and moment < tonumber(leasedUntil) then
  if value then return {'hit', value} end
  return {'wait'}
end
local taken = redis.pcall('HSET', key, 'lease', token, 'until', text(moment + leaseMs))
if isFailure(taken) then
  if value then return {'hit', value} end
  return {'full', taken.err}
end
if value then return {'refresh', value} end
if redis.call('PTTL', key) < leaseMs then redis.call('PEXPIRE', key, leaseMs) end
return {'load'}
`;

/**
 * KEYS: the entry. ARGV: token, ms of a lease, version, value, ms after which the entry expires and after which it is
 * refreshed. Both count from the beginning of the lease, before the value was loaded.
 */
export const fillScript = `${common}
local key, token, leaseMs, version, value = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local entry = redis.call('HMGET', key, 'lease', 'until', 'version')
if entry[1] ~= token then return {'no-lease'} end
redis.call('HDEL', key, 'lease', 'until')
if entry[3] and isLower(version, entry[3]) then return {'outdated'} end
local leasedAt = entry[2] - leaseMs
local stored = redis.pcall('HSET', key, 'value', value, 'version', version, 'refresh', text(leasedAt + ARGV[6]))
if isFailure(stored) then return {'full', stored.err} end
redis.call('PEXPIREAT', key, text(leasedAt + ARGV[5]))
return {'stored'}
`;

/** KEYS: the entry. ARGV: token. Lets another reader load at once. */
export const releaseScript = `
if redis.call('HGET', KEYS[1], 'lease') == ARGV[1] then redis.call('HDEL', KEYS[1], 'lease', 'until') end
return {'released'}
`;

/**
 * KEYS: entries. ARGV: for each its version and its value, empty if only the version is known. An entry that is not
 * there stays so: without a lease nobody can fill it. The expiry stays as it is, so that no entry outlives its TTL.
 */
export const changedScript = `${common}
for i, key in ipairs(KEYS) do
  local version, value = ARGV[2 * i - 1], ARGV[2 * i]
  local known = redis.pcall('HGET', key, 'version')
  if isFailure(known) then
    redis.call('DEL', key)
  elseif redis.call('EXISTS', key) == 1 and (not known or isLower(known, version)) then
    local stored = redis.pcall('HSET', key, 'version', version, 'value', value)
    if isFailure(stored) then
      redis.call('DEL', key)
    elseif value == '' then
      redis.call('HDEL', key, 'value')
    end
  end
end
return {'changed'}
`;
