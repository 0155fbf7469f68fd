-- Argo Events: every condition is True, and it is deployed. EventSources, Sensors and EventBuses have the same conditions.
function InterpretHealth(observedObj)
  local status = observedObj.status
  if status == nil or status.conditions == nil or #status.conditions == 0 then
    return false
  end
  local deployed = false
  for i = 1, #status.conditions do
    if status.conditions[i].status ~= 'True' then
      return false
    end
    if status.conditions[i].type == 'Deployed' then
      deployed = true
    end
  end
  return deployed
end
