-- How Argo CD tells whether an Orchestrator is well. In Argo CD's ConfigMap argocd-cm, as
-- resource.customizations.health.efl.dev_Orchestrator: see `efl runtime install --print=argo-cd`.
local function condition(status, name)
  for _, c in ipairs(status.conditions or {}) do
    if c.type == name then return c end
  end
  return {}
end

local status = obj.status
if status == nil or status.phase == nil then
  return { status = "Progressing", message = "no runtime has looked at it yet" }
end
local generation = obj.metadata.generation
if status.phase ~= "Paused" and status.observedGeneration ~= nil and generation ~= nil
    and status.observedGeneration ~= generation then
  return { status = "Progressing", message = "what changed is not carried out yet" }
end

local words = {
  Pending = "Progressing", Deploying = "Progressing", Ready = "Healthy", Migrating = "Progressing",
  Degraded = "Degraded", Rejected = "Degraded", Paused = "Suspended", Deleting = "Progressing",
}
local message = condition(status, "Ready").message
if status.phase == "Rejected" then
  message = condition(status, "Accepted").message
elseif status.phase == "Pending" then
  message = condition(status, "Placed").message
elseif status.phase == "Migrating" then
  message = condition(status, "Migrating").message
elseif status.phase == "Ready" then
  message = "on " .. table.concat(status.selected or {}, ", ")
end
if status.phase == "Pending" and condition(status, "Applied").reason == "External" then
  return { status = "Healthy", message = "others apply what it becomes" }
end
return { status = words[status.phase] or "Unknown", message = message or "" }
